/** The least that a compiled program of this runtime can do: what `claw --version` is compared with. */
console.log("hello");
