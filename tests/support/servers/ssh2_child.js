// The program behind `ssh2`: npm's ssh2 speaks the protocol, what is done with files is node's fs.
'use strict';
const fs = require('fs');
const path = require('path');
const { Server, utils } = require('ssh2');
const { OPEN_MODE, STATUS_CODE, flagsToString } = utils.sftp;
const orders = JSON.parse(process.argv[2]);

const real = (name) => path.join(orders.root, path.posix.normalize('/' + name));
const code = (error) => {
  if (!error) return STATUS_CODE.OK;
  if (error.code === 'ENOENT') return STATUS_CODE.NO_SUCH_FILE;
  if (error.code === 'EACCES' || error.code === 'EPERM') return STATUS_CODE.PERMISSION_DENIED;
  return STATUS_CODE.FAILURE;
};
const attributes = (found) => ({
  mode: found.mode, uid: found.uid, gid: found.gid, size: found.size,
  atime: Math.floor(found.atimeMs / 1000), mtime: Math.floor(found.mtimeMs / 1000),
});

function serve(sftp) {
  const opened = new Map();
  let last = 0;
  const keep = (what) => {
    const handle = Buffer.alloc(4);
    handle.writeUInt32BE(++last, 0);
    opened.set(last, what);
    return handle;
  };
  const kept = (handle) => opened.get(handle.readUInt32BE(0));
  const done = (id) => (error) => sftp.status(id, code(error));
  const told = (id) => (error, found) => (error ? sftp.status(id, code(error)) : sftp.attrs(id, attributes(found)));

  sftp.on('OPEN', (id, name, flags) => {
    fs.open(real(name), flagsToString(flags), 0o644, (error, file) => {
      if (error) return sftp.status(id, code(error));
      sftp.handle(id, keep({ file, name: real(name) }));
    });
  }).on('WRITE', (id, handle, offset, content) => {
    fs.write(kept(handle).file, content, 0, content.length, offset, done(id));
  }).on('READ', (id, handle, offset, length) => {
    const content = Buffer.alloc(length);
    fs.read(kept(handle).file, content, 0, length, offset, (error, count) => {
      if (error) return sftp.status(id, code(error));
      if (count === 0) return sftp.status(id, STATUS_CODE.EOF);
      sftp.data(id, content.subarray(0, count));
    });
  }).on('CLOSE', (id, handle) => {
    const what = kept(handle);
    opened.delete(handle.readUInt32BE(0));
    if (what && what.file !== undefined) fs.close(what.file, done(id));
    else sftp.status(id, STATUS_CODE.OK);
  }).on('STAT', (id, name) => fs.stat(real(name), told(id)))
    .on('LSTAT', (id, name) => fs.lstat(real(name), told(id)))
    .on('FSTAT', (id, handle) => fs.fstat(kept(handle).file, told(id)))
    .on('OPENDIR', (id, name) => {
      fs.readdir(real(name), (error, names) => {
        if (error) return sftp.status(id, code(error));
        sftp.handle(id, keep({ names, name: real(name) }));
      });
    })
    .on('READDIR', (id, handle) => {
      const folder = kept(handle);
      const names = folder.names.splice(0, 100);
      if (names.length === 0) return sftp.status(id, STATUS_CODE.EOF);
      sftp.name(id, names.flatMap((name) => {
        try {
          return [{ filename: name, longname: name, attrs: attributes(fs.lstatSync(path.join(folder.name, name))) }];
        } catch { return []; }
      }));
    })
    .on('MKDIR', (id, name) => fs.mkdir(real(name), 0o755, done(id)))
    .on('RMDIR', (id, name) => fs.rmdir(real(name), done(id)))
    .on('REMOVE', (id, name) => fs.unlink(real(name), done(id)))
    .on('REALPATH', (id, name) => {
      const whole = path.posix.normalize('/' + name);
      sftp.name(id, [{ filename: whole, longname: whole, attrs: {} }]);
    })
    .on('RENAME', (id, from, to) => {
      // The third version of SFTP forbids to rename onto what exists.
      if (fs.existsSync(real(to))) return sftp.status(id, STATUS_CODE.FAILURE);
      fs.rename(real(from), real(to), done(id));
    });
}

new Server({ hostKeys: [fs.readFileSync(orders.host_key)] }, (client) => {
  client.on('authentication', (attempt) => {
    if (attempt.method !== 'password') return attempt.reject(['password']);
    const good = attempt.username === orders.user && attempt.password === orders.password;
    console.error(good ? 'Accepted password' : 'Failed password');
    return good ? attempt.accept() : attempt.reject(['password']);
  }).on('ready', () => {
    client.on('session', (accept) => accept().on('sftp', (accepted) => serve(accepted())));
  }).on('error', (error) => console.error(String(error)));
}).listen(orders.port, '127.0.0.1', () => {
  process.setgroups([]);
  process.setgid(orders.uid);
  process.setuid(orders.uid);
});
