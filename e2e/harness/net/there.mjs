// The far end of `Inside`: makes objects, calls them, and ends with who started it.

const objects = [];

async function answer({ make, call }) {
  if (make) {
    const [file, name, values] = make;
    const module = await import(file);
    return objects.push(new module[name](...values)) - 1;
  }
  const [object, method, given] = call;
  return objects[object][method](...given);
}

process.on('message', async ({ number, ...what }) => {
  try {
    process.send({ number, value: await answer(what) });
  } catch (error) {
    process.send({ number, error: `${error?.stack ?? error}` });
  }
});
process.on('disconnect', () => process.exit(0));
