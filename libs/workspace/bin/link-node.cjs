// npm before 11.8 drops node_modules/.bin/node when more than one node-* package is listed: put it back.
const fs = require('node:fs');
const { join } = require('node:path');

const root = join(__dirname, '../../..');
const target = `node-${process.platform}-${process.arch}/bin/node`;
const link = join(root, 'node_modules/.bin/node');
if (fs.existsSync(join(root, 'node_modules', target)) && !fs.existsSync(link)) {
  fs.mkdirSync(join(root, 'node_modules/.bin'), { recursive: true });
  fs.symlinkSync(join('..', target), link);
}
