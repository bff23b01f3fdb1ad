using BenchmarkDotNet.Running;
using IscsiMount.Benchmarks;

// `./build.sh bench` passes what was typed to BenchmarkDotNet.
BenchmarkSwitcher.FromAssembly(typeof(Crc32CBenchmarks).Assembly).Run(args);
