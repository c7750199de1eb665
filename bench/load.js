/** Prints the milliseconds from the first import to a usable core, in a process that has nothing loaded yet. */
const start = performance.now();
const { loadCore } = await import("esession/core");
await loadCore();
console.log(performance.now() - start);
