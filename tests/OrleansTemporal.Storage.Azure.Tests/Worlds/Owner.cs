using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Azure.Logs;
using OrleansTemporal.Storage.Azure.Memory;
using OrleansTemporal.Storage.Memory;
using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Storage.Azure.Tests.Worlds;

/// <summary>
/// A process that keeps the agent's state in memory as an agent does: it takes the log over, claims the manifest (here a
/// list of what is sealed, replaced by compare-and-swap), and answers from what is durable.
/// </summary>
internal sealed class Owner
{
    private const string ManifestPath = "default/kv/n/0/manifest";

    private readonly BlobWorld world;
    private readonly HybridClock clock;
    private readonly Random random;
    private readonly Func<ValueTask<AzureCausalLogs>> openLogs;
    private AzureCausalLogs? logs;
    private IOwnedLog? log;
    private string? tag;
    private Sealed manifest = new(0, []);
    private bool isBusy;

    public Owner(BlobWorld world, int number, int seed, TimeSpan lease, bool isPerfect = false)
    {
        this.world = world;
        Number = number;
        random = new Random(seed);
        Queue = new QueueWorkScheduler(seed);
        var time = new OwnerTime(world.Time, Queue, TimeSpan.FromMilliseconds(random.Next(-250, 250)));
        var plan = new BlobFaultPlan(seed);
        if (world.Options.IsFaulty && !isPerfect)
        {
            plan.DelayTurnsMax = random.Next(6);
            plan.ErrorBeforeChance = plan.ErrorAfterChance = random.NextDouble() / 8;
            plan.LateEffectChance = random.NextDouble() / (world.Options.IsSlow ? 2 : 10);
            plan.LateTurnsMax = world.Options.IsSlow ? 1_000 : 100;
        }

        clock = new HybridClock(time, HybridTimestamp.Zero);
        var options = new AzureLogOptions { OwnerLease = lease, SealBlocks = 4 };
        var blobs = new MemoryBlobConnection(world.Service, world.Network, Queue, plan);
        openLogs = () => AzureCausalLogs.OpenAsync(blobs, world.Objects, Queue, time, random.NextBytes, options, NullLogger.Instance, default);
        world.Trace($"{number} is born");
    }

    public int Number { get; }

    public QueueWorkScheduler Queue { get; }

    public long? PausedUntil { get; set; }

    public SortedDictionary<long, (HybridTimestamp Time, string Value)> Records { get; } = [];

    public bool IsOpen => log is { Fault: null };

    public string? Failure { get; private set; }

    public void Wake(long now) => PausedUntil = PausedUntil <= now ? null : PausedUntil;

    /// <summary>Begins something in this process; a failure of the storage is a part of life.</summary>
    public void Post(Func<Task> work) => Queue.Post(static state => _ = RunAsync(((Owner, Func<Task>))state!), (this, work));

    private static async Task RunAsync((Owner Owner, Func<Task> Work) posted)
    {
        try
        {
            await posted.Work().ConfigureAwait(false);
        }
        catch (TemporalException failure) when (failure.Kind is ErrorKind.Unavailable or ErrorKind.Fenced)
        {
            posted.Owner.world.Trace($"{posted.Owner.Number} {failure.Code}");
        }
        catch (Exception failure)
        {
            posted.Owner.world.Broken ??= failure;
        }
    }

    public async Task OpenAsync()
    {
        if (isBusy || IsOpen)
            return;
        isBusy = true;
        Failure = null;
        try
        {
            logs ??= await openLogs().ConfigureAwait(false);
            if (log is { } dead)
                await dead.DisposeAsync().ConfigureAwait(false);
            log = null;
            var taken = (IOwnedLog)await logs.OpenAsync(world.Agent, default).ConfigureAwait(false);
            clock.Resume(taken.ResumeFrom);
            await ClaimAsync(taken).ConfigureAwait(false);
            await ReplayAsync(taken).ConfigureAwait(false);
            world.Takeovers++;
            world.Trace($"{Number} owns epoch {taken.Epoch}");
            log = taken;
        }
        catch (TemporalException failure)
        {
            Failure = failure.Message;
            throw;
        }
        finally
        {
            isBusy = false;
        }
    }

    public async Task WriteAsync()
    {
        if (!IsOpen)
            return;
        var mine = log!;
        var reserved = random.Next(40, 300);
        await mine.ReserveAsync(reserved, default).ConfigureAwait(false);
        if (mine != log || !IsOpen)
        {
            mine.Release(reserved);
            return;
        }

        var (value, sequence, time) = (world.NextValue(), mine.LastSequence + 1, clock.Next());
        var record = Encoding.ASCII.GetBytes($"{time.Value} {value}".PadRight(reserved));
        mine.Enqueue(sequence, time, record);
        if (mine.Fault is null)
            Records[sequence] = (time, value);
        try
        {
            await mine.WhenDurableAsync(sequence, default).ConfigureAwait(false);
        }
        catch (TemporalException failure)
        {
            world.Fail(this, value, failure);
            return;
        }

        world.Acknowledge(this, sequence, value);
    }

    public async Task ReadAsync()
    {
        if (!IsOpen)
            return;
        var mine = log!;
        var floor = world.NewestAcknowledged;
        await mine.ConfirmAsync(default).ConfigureAwait(false);
        world.Answer(this, mine.DurableThrough, floor);
    }

    public async Task ReadAsOfAsync()
    {
        if (!IsOpen)
            return;
        var mine = log!;
        var instant = clock.Last;
        clock.RaisePast(instant);
        await mine.WhenDurableAsync(mine.LastSequence, default).ConfigureAwait(false);
        await logs!.CloseAsync(instant, default).ConfigureAwait(false);
        await mine.ConfirmAsync(default).ConfigureAwait(false);
        if (mine == log)
            world.Close(this, instant, Records.Where(pair => pair.Key <= mine.DurableThrough && pair.Value.Time <= instant).Select(static pair => pair.Key).DefaultIfEmpty().Max());
    }

    public async Task SealAsync()
    {
        if (!IsOpen || isBusy)
            return;
        var mine = log!;
        var through = mine.DurableThrough;
        var proposed = new Sealed(mine.Epoch, [.. Records.Where(pair => pair.Key <= through).Select(static pair => new Row(pair.Key, pair.Value.Time.Value, pair.Value.Value))]);
        isBusy = true;
        try
        {
            await SwapAsync(mine, proposed).ConfigureAwait(false);
            mine.Trim(through);
        }
        catch (TemporalException)
        {
            // What stands is not known: this life of the agent ends, and the next one reads it.
            log = null;
            Records.Clear();
            await mine.DisposeAsync().ConfigureAwait(false);
            throw;
        }
        finally
        {
            isBusy = false;
        }
    }

    public async Task LeaveAsync()
    {
        if (!IsOpen || isBusy)
            return;
        var mine = log!;
        log = null;
        await mine.DisposeAsync().ConfigureAwait(false);
        world.Trace($"{Number} leaves");
    }

    private async Task ClaimAsync(IOwnedLog taken)
    {
        for (var attempt = 0; attempt < 100; attempt++)
        {
            var stored = await world.Objects.GetAsync(ManifestPath, default).ConfigureAwait(false);
            tag = stored?.Tag;
            manifest = stored is null ? new Sealed(0, []) : JsonSerializer.Deserialize<Sealed>(stored.Content.Span)!;
            if (manifest.Epoch >= taken.Epoch)
                break;
            if (await TrySwapAsync(taken, manifest with { Epoch = taken.Epoch }).ConfigureAwait(false))
                return;
        }

        throw new TemporalException(ErrorKind.Fenced, ErrorCodes.Fenced, "The manifest is another's.");
    }

    private async Task SwapAsync(IOwnedLog mine, Sealed proposed)
    {
        if (!await TrySwapAsync(mine, proposed).ConfigureAwait(false))
            throw new TemporalException(ErrorKind.Fenced, ErrorCodes.Fenced, "The manifest is another's.");
    }

    private async Task<bool> TrySwapAsync(IOwnedLog mine, Sealed proposed)
    {
        if (await world.Objects.PutIfMatchAsync(ManifestPath, JsonSerializer.SerializeToUtf8Bytes(proposed), tag, default).ConfigureAwait(false) is not { } swapped)
            return false;
        (tag, manifest) = (swapped, proposed);
        mine.Publish(proposed.Epoch);
        world.Trace($"{Number} swaps {proposed.Epoch} {proposed.Rows.Length}");
        return true;
    }

    private async Task ReplayAsync(IOwnedLog taken)
    {
        Records.Clear();
        foreach (var row in manifest.Rows)
            Records[row.Sequence] = (new HybridTimestamp(row.Time), row.Value);
        var last = manifest.Rows.Length > 0 ? manifest.Rows[^1].Sequence : 0;
        taken.Trim(last);
        while (true)
        {
            var page = await taken.ReadAsync(last, random.Next(1, 2_000), default).ConfigureAwait(false);
            foreach (var record in page.Records)
            {
                var parts = Encoding.ASCII.GetString(record.Span).Split(' ');
                Records[++last] = (new HybridTimestamp(ulong.Parse(parts[0])), parts[1]);
            }

            if (!page.HasMore)
                break;
        }

        if (last != taken.LastSequence)
            throw new ViolationException($"owner {Number} has read up to {last}, the log says {taken.LastSequence}");
    }

    private sealed record Sealed(ulong Epoch, Row[] Rows);

    private sealed record Row(long Sequence, ulong Time, string Value);
}
