using BenchmarkDotNet.Running;
using OrleansTemporal.Benchmarks.Macro;

// -- macro <name> [args]   one whole-store benchmark
// -- --filter '*Name*'     micro benchmarks, with BenchmarkDotNet's own options
if (args is ["macro", ..])
    return await MacroCatalog.RunAsync(args[1..]);

BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
return 0;
