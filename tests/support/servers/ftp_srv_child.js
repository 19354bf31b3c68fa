// The program behind `ftp_srv`.
'use strict';
const { FtpSrv } = require('ftp-srv');
const orders = JSON.parse(process.argv[2]);

const server = new FtpSrv({
  url: `ftp://127.0.0.1:${orders.port}`,
  pasv_url: '127.0.0.1',
  pasv_min: orders.data_ports[0],
  pasv_max: orders.data_ports[1],
});
server.on('login', ({ username, password }, resolve, reject) => {
  const good = username === orders.user && password === orders.password;
  console.error(good ? 'Accepted password' : 'Failed password');
  return good ? resolve({ root: orders.root }) : reject(new Error('Login incorrect'));
});
server.on('client-error', ({ error }) => console.error(String(error)));
// FEAT reads one more module when it is first asked for, which the station's user may not where this folder is root's.
require('ftp-srv/src/commands/registration/feat').handler.call({ reply: () => {} });
server.listen().then(() => {
  process.setgroups([]);
  process.setgid(orders.uid);
  process.setuid(orders.uid);
});
