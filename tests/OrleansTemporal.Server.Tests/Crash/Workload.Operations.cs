namespace OrleansTemporal.Server.Tests.Crash;

internal sealed partial class Workload
{
    private const int BatchMax = 5;
    private const int LargeTextLength = 40_000;

    // Own keys, keys that all writers of a namespace share, deletes, and batches over both kinds.
    private static List<Operation> Pick(int writer, Random random)
    {
        var kind = random.Next(10);
        if (kind < 3)
            return [Put($"own-{writer}", random)];
        if (kind < 6)
            return [Put(SharedKey(random), random)];
        if (kind < 7)
            return [Delete(random.Next(2) == 0 ? $"own-{writer}" : SharedKey(random))];

        var operations = new List<Operation> { Put($"batch {writer}", random) };
        foreach (var key in Enumerable.Range(0, SharedKeys).OrderBy(_ => random.Next()).Take(random.Next(1, BatchMax)).Select(SharedKey))
            operations.Insert(random.Next(operations.Count + 1), random.Next(4) == 0 ? Delete(key) : Put(key, random));
        return operations;
    }

    private static Operation Put(string key, Random random) =>
        new(key, false, random.Next(40) == 0 ? random.Next(LargeTextLength) : random.Next(600));

    private static Operation Delete(string key) => new(key, true, 0);

    private static string SharedKey(Random random) => SharedKey(random.Next(SharedKeys));

    // The slash has to survive the way through the path.
    private static string SharedKey(int number) => $"shared/{number}";

    private sealed class Chain(string key, KeyVersion? newest)
    {
        public string Key { get; } = key;

        /// <summary>Write id of the newest version; empty when there is none.</summary>
        public string Tag { get; set; } = newest?.WriteId ?? "";

        /// <summary>A write id that the newest version surely does not have.</summary>
        public string StaleTag { get; set; } = newest is null ? "" : newest.WriteId[..^4] + "ffff";
    }
}
