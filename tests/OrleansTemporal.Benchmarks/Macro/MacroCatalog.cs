namespace OrleansTemporal.Benchmarks.Macro;

/// <summary>The macro benchmarks of this assembly.</summary>
internal static class MacroCatalog
{
    private const int UsageExitCode = 2;

    public static IReadOnlyList<IMacroBenchmark> All { get; } =
    [
        .. typeof(MacroCatalog).Assembly.GetTypes()
            .Where(type => type is { IsAbstract: false } && type.IsAssignableTo(typeof(IMacroBenchmark)))
            .Select(type => (IMacroBenchmark)Activator.CreateInstance(type)!)
            .OrderBy(benchmark => benchmark.Name, StringComparer.Ordinal),
    ];

    public static async Task<int> RunAsync(string[] args)
    {
        var chosen = All.SingleOrDefault(benchmark => args.Length > 0 && benchmark.Name == args[0]);
        if (chosen is null)
        {
            Console.Error.WriteLine("macro <name> [args], where name is one of:");
            foreach (var benchmark in All)
                Console.Error.WriteLine($"  {benchmark.Name,-24} {benchmark.Description}");
            return UsageExitCode;
        }

        using var stop = new CancellationTokenSource();
        Console.CancelKeyPress += (_, e) =>
        {
            e.Cancel = true;
            stop.Cancel();
        };
        return await chosen.RunAsync(args[1..], stop.Token);
    }
}
