using OrleansTemporal.Benchmarks.Macro;
using OrleansTemporal.Cluster.Benchmarks.Hosting;

// -- macro <name> [args]            one benchmark
// -- client <gateway> <role> [..]   the other process of a benchmark that needs one
return args is ["client", ..]
    ? await OtherProcess.RunAsync(args[1..])
    : await MacroCatalog.RunAsync(args is ["macro", ..] ? args[1..] : []);
