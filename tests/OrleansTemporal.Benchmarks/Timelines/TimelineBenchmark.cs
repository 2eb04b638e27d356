using System.Diagnostics;
using System.Globalization;
using OrleansTemporal.Agents;
using OrleansTemporal.Benchmarks.Kv;
using OrleansTemporal.Benchmarks.Macro;
using OrleansTemporal.Causality;
using OrleansTemporal.Hosting;
using OrleansTemporal.Timelines;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Benchmarks.Timelines;

/// <summary>
/// A state of a million components that changes in a hundred of them at a time: deltas, captures, states of random moments,
/// differences, evolutions, composition, what is on disk and how long it takes to open.
/// </summary>
public sealed class TimelineBenchmark : IMacroBenchmark
{
    private const int Changed = 100;
    private const int Reads = 101;
    private const int DiffSteps = 100;
    private const int Captures = 51;
    private const int Composed = 100;
    private const int BatchCount = 1_000;
    private const int Rounds = 2;
    private const int BufferedRounds = 6;
    private const string BufferedAlone = "buffered";
    private const string TimelineName = "w";

    public string Name => "timelines";

    public string Description => "steps over a dense state: writes, states, diffs, evolutions, bytes [dimensions 1000000] [steps 10000] [buffered: its writes alone]";

    public async Task<int> RunAsync(string[] args, CancellationToken cancellationToken)
    {
        var (dimensions, steps) = (KvBench.Argument(args, 0, 1_000_000), KvBench.Argument(args, 1, 10_000));
        var folder = KvBench.NewFolder("timelines");
        try
        {
            if (args.Length > 2 && args[2] == BufferedAlone)
            {
                await using var alone = await TemporalDatabase.OpenAsync(folder, cancellationToken);
                await WriteBufferedAsync(alone, dimensions, steps, BufferedRounds, cancellationToken);
                return 0;
            }

            await using (var db = await TemporalDatabase.OpenAsync(folder, cancellationToken))
            {
                await WriteAsync(db, folder, dimensions, steps, cancellationToken);
                await ReadAsync(db, dimensions, steps, cancellationToken);
                Compose(dimensions);
            }

            var begin = Stopwatch.GetTimestamp();
            await using (var db = await TemporalDatabase.OpenAsync(folder, cancellationToken))
            {
                await db.Timelines.GetInfoAsync(CallContext.Local, "default", TimelineName, cancellationToken);
                Say($"opened and asked after closing: {Stopwatch.GetElapsedTime(begin).TotalMilliseconds:F0} ms");
            }

            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task WriteAsync(TemporalDatabase db, string folder, int dimensions, int steps, CancellationToken cancellationToken)
    {
        var random = new Random(1);
        await DefineAsync(db, "default", dimensions, cancellationToken);
        var begin = Stopwatch.GetTimestamp();
        for (var step = 0; step < steps; step++)
            await db.Timelines.WriteAsync(CallContext.Local, "default", TimelineName, Delta(random, dimensions), cancellationToken);
        Say($"sparse deltas, durable, one caller: {steps / Stopwatch.GetElapsedTime(begin).TotalSeconds:N0}/s");

        // Steps, checkpoints, what finds them, manifests: all that stays when the journal has let go of it.
        while (await db.Directory.Get<TimelineAgent>(new AgentId("default", AgentKind.Timelines, TimelineName, 0)).MaintainAsync(new MaintenanceBudget { SealEverything = true }, cancellationToken))
        {
            // Until everything is in segments.
        }

        var sealedBytes = new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).Where(static file => !file.FullName.Contains("journal", StringComparison.Ordinal)).Sum(static file => file.Length);
        var most = (4 * LeastBytes(dimensions, steps)) + (2.0 * dimensions * sizeof(float));
        Say($"everything of {steps} steps on disk but the journal: {sealedBytes:N0} bytes; four times what indices and values take at least, and two states: {most:N0}");
        await WriteBufferedAsync(db, dimensions, steps, Rounds, cancellationToken);

        var state = (await db.Timelines.GetStateAsync(CallContext.Local, "fast", $"{TimelineName}1", new TimelineMoment(), cancellationToken)).Values.ToArray();
        var times = new List<double>();
        for (var capture = 0; capture < Captures; capture++)
        {
            for (var i = 0; i < Changed; i++)
                state[random.Next(dimensions)] = (float)random.NextDouble();
            begin = Stopwatch.GetTimestamp();
            await db.Timelines.WriteAsync(CallContext.Local, "fast", $"{TimelineName}1", new TimelineWrite { State = state }, cancellationToken);
            times.Add(Stopwatch.GetElapsedTime(begin).TotalMilliseconds);
        }

        Say($"capture of a whole state, buffered: median {KvBench.Median(times):F2} ms");
    }

    // Each round writes the same deltas to a timeline of its own; the first ones compile what they run.
    private static async Task WriteBufferedAsync(TemporalDatabase db, int dimensions, int steps, int rounds, CancellationToken cancellationToken)
    {
        await db.Workspaces.PutAsync(CallContext.Local, new WorkspaceInfo { Name = "fast", Durability = Durability.Buffered }, cancellationToken);
        var random = new Random(4);
        var deltas = Enumerable.Range(0, steps).Select(_ => Delta(random, dimensions)).ToArray();
        for (var round = 1; round <= rounds; round++)
        {
            var (single, many) = ($"{TimelineName}{round}", $"b{round}");
            await DefineAsync(db, "fast", dimensions, cancellationToken, single);
            await SayRateAsync($"sparse deltas, buffered, one caller, round {round}", steps, async () =>
            {
                foreach (var delta in deltas)
                    await db.Timelines.WriteAsync(CallContext.Local, "fast", single, delta, cancellationToken);
            });
            await DefineAsync(db, "fast", dimensions, cancellationToken, many);
            await SayRateAsync($"sparse deltas, buffered, one caller, {BatchCount} at a time, round {round}", steps, async () =>
            {
                foreach (var batch in deltas.Chunk(BatchCount))
                    await db.Timelines.WriteBatchAsync(CallContext.Local, "fast", many, new TimelineBatch { Deltas = [.. batch] }, cancellationToken);
            });
        }
    }

    private static async Task ReadAsync(TemporalDatabase db, int dimensions, int steps, CancellationToken cancellationToken)
    {
        var random = new Random(2);
        var (states, diffs, evolutions) = (new List<double>(), new List<double>(), new List<double>());
        for (var read = 0; read < Reads; read++)
        {
            var moment = 2 + random.Next(steps - DiffSteps);
            states.Add(await TimeAsync(() => db.Timelines.GetStateAsync(CallContext.Local, "default", TimelineName, new TimelineMoment { AsOf = AsOf.After(moment) }, cancellationToken)));
            var span = new TimelineSpan { From = AsOf.After(moment), To = AsOf.After(moment + DiffSteps) };
            diffs.Add(await TimeAsync(() => db.Timelines.DiffAsync(CallContext.Local, "default", TimelineName, span, cancellationToken)));
            var query = new TimelineEvolutionQuery { Span = new TimelineSpan(), Index = random.Next(dimensions) };
            evolutions.Add(await TimeAsync(() => db.Timelines.EvolveAsync(CallContext.Local, "default", TimelineName, query, cancellationToken)));
        }

        Say($"state at a random step: median {KvBench.Median(states):F2} ms, most {states.Max():F2} ms");
        Say($"diff over {DiffSteps} steps: median {KvBench.Median(diffs):F2} ms");
        Say($"evolution of a component over {steps} steps: median {KvBench.Median(evolutions):F2} ms");
        var bytes = 0L;
        var after = 0L;
        var agent = db.Directory.Get<ITimelineAgent>(new AgentId("default", AgentKind.Timelines, TimelineName, 0));
        for (var hasMore = true; hasMore;)
        {
            var page = await agent.ReadDeltasAsync(after, Limits.DeltaPageMax, cancellationToken);
            bytes += page.Records.Sum(static record => (long)DeltaRecord.Read(record).PayloadLength);
            after += page.Records.Length;
            hasMore = page.HasMore;
        }

        Say($"payloads of {steps} steps: {bytes:N0} bytes, {bytes / LeastBytes(dimensions, steps):F3} of what indices and values take at least");
    }

    private static double LeastBytes(int dimensions, int steps) => steps * ((LogChoose(dimensions, Changed) / Math.Log(2)) + (32 * Changed)) / 8;

    private static void Compose(int dimensions)
    {
        var random = new Random(3);
        var vectors = Enumerable.Range(0, Composed).Select(_ => Vector(random, dimensions)).ToArray();
        var times = new List<double>();
        var applied = new List<double>();
        var state = new float[dimensions];
        for (var round = 0; round < Reads; round++)
        {
            var begin = Stopwatch.GetTimestamp();
            DeltaVector.Sum(vectors);
            times.Add(Stopwatch.GetElapsedTime(begin).TotalMilliseconds);
            begin = Stopwatch.GetTimestamp();
            vectors[round % Composed].SetIn(state);
            applied.Add(Stopwatch.GetElapsedTime(begin).TotalMicroseconds);
        }

        Say($"composition of {Composed} deltas: median {KvBench.Median(times):F2} ms; one delta written into a state: median {KvBench.Median(applied):F1} µs");
    }

    // The processor's time says what a delta costs where others use the machine, too.
    private static async Task SayRateAsync(string what, int count, Func<Task> act)
    {
        var (begin, used) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
        await act();
        var (took, worked) = (Stopwatch.GetElapsedTime(begin), Environment.CpuUsage.TotalTime - used);
        Say($"{what}: {count / took.TotalSeconds:N0}/s, {worked.TotalMicroseconds / count:F1} µs of processor each");
    }

    private static async Task<double> TimeAsync<T>(Func<ValueTask<T>> act)
    {
        var begin = Stopwatch.GetTimestamp();
        await act();
        return Stopwatch.GetElapsedTime(begin).TotalMilliseconds;
    }

    private static async Task DefineAsync(TemporalDatabase db, string workspace, int dimensions, CancellationToken cancellationToken, string name = TimelineName) =>
        await db.Timelines.DefineAsync(CallContext.Local, workspace, name, new TimelineDefinition(dimensions, new TimelinePolicy()), cancellationToken);

    private static TimelineWrite Delta(Random random, int dimensions)
    {
        var vector = Vector(random, dimensions);
        return new TimelineWrite { Indices = vector.Indices.ToArray(), Values = vector.Values.ToArray() };
    }

    private static DeltaVector Vector(Random random, int dimensions)
    {
        var places = new SortedSet<int>();
        while (places.Count < Math.Min(Changed, dimensions))
            places.Add(random.Next(dimensions));
        return DeltaVector.Create(dimensions, [.. places], [.. places.Select(_ => (float)random.NextDouble())]);
    }

    private static double LogChoose(int n, int k) => Enumerable.Range(1, k).Sum(i => Math.Log(n - k + i) - Math.Log(i));

    private static void Say(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
