using OrleansTemporal.Agents;
using OrleansTemporal.Agents.Tests.Stores;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Hosting;
using OrleansTemporal.Series;
using OrleansTemporal.Simulation.Tests.Worlds;
using OrleansTemporal.Storage.Journal;
using OrleansTemporal.Storage.Memory;
using OrleansTemporal.Windows;

namespace OrleansTemporal.Simulation.Tests.Flips;

/// <summary>
/// Goal: a flipped bit of a segment with chunks is found and never served: points, windows and moments of the past are
/// answered as before or refused as corrupt, and what is refused verification finds. (One bit of each byte; all with OT_LONG.)
/// </summary>
public sealed class SeriesFlipTests
{
    private const long Second = 1_000_000_000;
    private static readonly SeriesSelector Everything = new();

    [Fact]
    public void a_flipped_bit_of_a_segment_of_a_stream_is_never_served() => SimulationThread.Run(() =>
    {
        var store = new Store(new MemoryImage());
        store.Wait(store.FillAsync());
        store.Wait(store.Database.DisposeAsync().AsTask());
        var image = store.Files.Snapshot();
        var right = AnswersOf(image, out var fault);
        Assert.Null(fault);
        var found = 0;
        foreach (var (path, content) in image.Files.Where(static file => file.Key.Contains("/series/", StringComparison.Ordinal)))
        {
            for (var at = 0; at < content.Length; at++)
            {
                for (var bit = 0; bit < 8; bit += Campaign.IsLong ? 1 : 8)
                {
                    var mask = (byte)(1 << (Campaign.IsLong ? bit : at % 8));
                    content[at] ^= mask;
                    var answers = AnswersOf(image, out fault);
                    content[at] ^= mask;
                    for (var i = 0; i < answers.Length; i++)
                    {
                        ViolationException.ThrowUnless(answers[i] is null || answers[i] == right[i], $"{path}, byte {at} of {content.Length}: question {i} is answered with {answers[i]}, right is {right[i]}");
                    }

                    var isRefused = answers.Contains(null);
                    ViolationException.ThrowUnless(!isRefused || fault is not null, $"{path}, byte {at} of {content.Length}: an answer was refused and verification finds nothing");
                    found += isRefused ? 1 : 0;
                }
            }
        }

        Assert.True(found > 500, $"{found} of the flips were found.");
        return 0;
    });

    // Null for what was refused as corrupt.
    private static string?[] AnswersOf(MemoryImage image, out string? fault)
    {
        var store = new Store(image);
        var answers = new string?[4];
        fault = "it does not open";
        if (!TryWait(store, store.OpenAsync()))
        {
            return answers;
        }

        for (var i = 0; i < answers.Length; i++)
        {
            var asking = store.AskAsync(i);
            answers[i] = TryWait(store, asking) ? asking.Result : null;
        }

        var verifying = store.Database.Agents.VerifyAsync(CallContext.Local, "default", CancellationToken.None).AsTask();
        fault = !TryWait(store, verifying) ? "it does not verify"
            : verifying.Result.Select(static report => report.Fault).FirstOrDefault(static one => one is not null);
        return answers;
    }

    private static bool TryWait(Store store, Task task)
    {
        try
        {
            store.Wait(task);
            return true;
        }
        catch (TemporalException refusal) when (refusal.Kind == ErrorKind.Corrupt || refusal.Code == ErrorCodes.FormatTooNew)
        {
            return false;
        }
    }

    private sealed class Store(MemoryImage image)
    {
        private readonly QueueWorkScheduler scheduler = new();
        private readonly ManualTime time = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));

        public MemoryFileSystem Files { get; } = new(image);

        public TemporalDatabase Database { get; private set; } = null!;

        public async Task OpenAsync()
        {
            var options = new TemporalOptions { Time = time, Storage = new StorageOptions { JournalFileBytes = 16 << 10, JournalBytesMax = 64 << 10 } };
            var parts = await DatabaseParts.OpenAsync(options, Files, scheduler, new SeededSalts(1), JournalDriver.Scheduled, [], CancellationToken.None);
            Database = TemporalDatabase.Start(options, parts, withMaintenance: false);
        }

        public async Task FillAsync()
        {
            await OpenAsync();
            var random = new Random(1);
            for (var i = 0; i < 4; i++)
            {
                var batch = new SeriesBatch();
                for (var point = 0; point < 50; point++)
                {
                    batch.Add(SeriesTags.Of([new("host", $"h{point % 2}")]), "f", new EventTime(random.NextInt64(90) * Second), random.Next(100));
                }

                time.Advance(TimeSpan.FromMilliseconds(10));
                await Database.Series("s").WriteAsync(batch);
                if (i == 2)
                {
                    await Database.Series("s").DeleteAsync(new SeriesSelector { From = 5 * Second, To = 9 * Second });
                }

                foreach (var agent in Database.Directory.Agents.Where(static agent => agent.Id.Kind == AgentKind.Series))
                {
                    await agent.MaintainAsync(new MaintenanceBudget { SealEverything = true, AllowMerges = false }, CancellationToken.None);
                }
            }
        }

        public async Task<string> AskAsync(int question)
        {
            var stream = Database.Series("s");
            if (question == 3)
            {
                var rows = await stream.AggregateAsync(Everything, ["count", "sum", "min", "last"], new WindowSpec { Kind = WindowKind.Tumbling, Size = 60 * Second });
                return string.Join(' ', rows.Rows.Select(static row => $"{row.Start}:{string.Join(',', row.Results)}"));
            }

            var page = await stream.ReadAsync(Everything, 1_000, question == 0 ? AsOf.Latest : AsOf.After(question * 2));
            return string.Join(' ', page.Rows.Select((row, i) => $"{page.Series[row]}@{page.Times[i]}={page.Values[i]}"));
        }

        public void Wait(Task task)
        {
            while (!task.IsCompleted)
            {
                if (!scheduler.RunOne())
                {
                    time.Advance(TimeSpan.FromMilliseconds(5));
                }
            }

            task.GetAwaiter().GetResult();
        }
    }
}
