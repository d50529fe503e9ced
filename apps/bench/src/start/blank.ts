// The least a process does that says something.
process.stdout.write('{"msg":"started"}\n');
setInterval(() => {}, 1_000_000);
