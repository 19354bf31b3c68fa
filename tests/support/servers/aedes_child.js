// The program behind `aedes`: npm's aedes speaks the protocol.
'use strict';
const fs = require('fs');
const net = require('net');
const tls = require('tls');
const aedes = require('aedes');
const orders = JSON.parse(process.argv[2]);

const broker = aedes({
  authenticate: (client, user, password, done) => {
    const known = (user === orders.user || user === orders.receiver) && String(password) === orders.password;
    if (known) return done(null, true);
    const error = new Error('not authorised');
    error.returnCode = 4; // bad user name or password
    done(error, null);
  },
  authorizePublish: (client, packet, done) => {
    const allowed = packet.topic.startsWith('NUO001/') && packet.payload.length <= orders.largest;
    done(allowed ? null : new Error(`${packet.topic} is forbidden`));
  },
});
broker.on('clientError', (client, error) => console.error(`${client.id}: ${error.message}`));
broker.on('connectionError', (client, error) => console.error(`connection: ${error.message}`));
const server = orders.certificate
  ? tls.createServer({ cert: fs.readFileSync(orders.certificate), key: fs.readFileSync(orders.key) }, broker.handle)
  : net.createServer(broker.handle);
server.listen(orders.port, '127.0.0.1');
