using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Azure.Logs;
using OrleansTemporal.Storage.Azure.Memory;
using OrleansTemporal.Storage.Memory;

namespace OrleansTemporal.Storage.Azure.Tests.Worlds;

/// <summary>
/// Processes that all want to own one agent, on one thread: they write, read, seal, stand still, die and close; the network
/// delays and loses; and an auditor knows everything that was acknowledged. The same seed is the same run.
/// </summary>
internal sealed class BlobWorld
{
    private const int OwnersMax = 3;

    private readonly Random random;
    private readonly List<Owner> owners = [];
    private readonly IncrementalHash trace = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly Dictionary<long, string> acknowledged = [];
    private readonly Dictionary<string, string> refused = [];
    private readonly List<(HybridTimestamp Instant, long Sequence)> closings = [];
    private int born;
    private int written;

    public BlobWorld(int seed, WorldOptions options)
    {
        random = new Random(seed);
        Options = options;
        Seed = seed;
        Network = new QueueWorkScheduler(seed);
        if (options.IsFaulty)
            Objects.Faults = (_, _) => random.Next(40) == 0 ? random.Next(2) == 0 ? ObjectFault.Before : ObjectFault.After : ObjectFault.None;
    }

    public int Seed { get; }

    public WorldOptions Options { get; }

    public ManualTime Time { get; } = new();

    public QueueWorkScheduler Network { get; }

    public MemoryAppendBlobs Service { get; } = new();

    public MemoryObjectStore Objects { get; } = new();

    public AgentId Agent { get; } = new("default", AgentKind.Kv, "n", 0);

    public int Acknowledged => acknowledged.Count;

    public int Takeovers { get; set; }

    public int StaleChances { get; private set; }

    public long NewestAcknowledged { get; private set; }

    /// <summary>What nobody expected, thrown in a process.</summary>
    public Exception? Broken { get; set; }

    public string NextValue() => (++written).ToString(CultureInfo.InvariantCulture);

    /// <summary>Lets everything happen, then audits what is left.</summary>
    /// <returns>A hash of all that happened.</returns>
    public string Run(int steps)
    {
        for (var step = 0; step < steps; step++)
            Step();
        Audit();
        return Convert.ToHexString(trace.GetHashAndReset());
    }

    public void Trace(string what) => trace.AppendData(Encoding.UTF8.GetBytes($"{Time.GetTimestamp()} {what}\n"));

    /// <summary>A write was acknowledged.</summary>
    public void Acknowledge(Owner owner, long sequence, string value)
    {
        Trace($"{owner.Number} acknowledged {sequence} {value}");
        if (acknowledged.TryGetValue(sequence, out var other) && other != value)
            throw new ViolationException($"{sequence} was acknowledged as {other} and by owner {owner.Number} as {value}");
        acknowledged[sequence] = value;
        NewestAcknowledged = Math.Max(NewestAcknowledged, sequence);
    }

    /// <summary>A write failed, and its owner says that it was not applied, or that nobody knows.</summary>
    public void Fail(Owner owner, string value, TemporalException failure)
    {
        Trace($"{owner.Number} failed {value} {failure.Code} {failure.OutcomeUnknown}");
        if (!failure.OutcomeUnknown)
            refused[value] = failure.ToString();
    }

    /// <summary>A read was answered that began when this much was acknowledged.</summary>
    public void Answer(Owner owner, long sequence, long floor)
    {
        Trace($"{owner.Number} read {sequence}");
        if (owners.Any(other => other != owner && other.IsOpen))
            StaleChances++;
        if (sequence < floor)
            throw new ViolationException($"owner {owner.Number} answered {sequence} when {floor} was acknowledged");
    }

    /// <summary>A read as of an instant was answered.</summary>
    public void Close(Owner owner, HybridTimestamp instant, long sequence)
    {
        Trace($"{owner.Number} as of {instant.Value} {sequence}");
        closings.Add((instant, sequence));
    }

    private void Step()
    {
        switch (random.Next(100))
        {
            case < 38:
                Network.RunOne();
                break;
            case < 74:
                Awake()?.Queue.RunOne();
                break;
            case < 78:
                Time.Advance(TimeSpan.FromMilliseconds(random.Next(1, 60)));
                break;
            case < 79:
                Happen();
                break;
            default:
                Work();
                break;
        }

        foreach (var owner in owners)
            owner.Wake(Time.GetTimestamp());
        if (Broken is not null)
            throw new ViolationException(Broken.ToString());
    }

    private void Happen()
    {
        var owner = owners.Count > 0 ? owners[random.Next(owners.Count)] : null;
        switch (random.Next(14))
        {
            case < 4 when owner is not null:
                owner.PausedUntil = Time.GetTimestamp() + TimeSpan.FromMilliseconds(random.Next(10, 14_000)).Ticks;
                Trace($"{owner.Number} stands still");
                break;
            case < 5 when owner is not null:
                owners.Remove(owner);
                Trace($"{owner.Number} is gone");
                break;
            case < 6 when owner is { IsOpen: true }:
                owner.Post(owner.LeaveAsync);
                break;
            case < 10:
                Time.Advance(TimeSpan.FromMilliseconds(random.Next(100, 3_000)));
                break;
            default:
                if (owners.Count < OwnersMax)
                    owners.Add(new Owner(this, ++born, random.Next(), Options.LeaseOf(born)));
                break;
        }
    }

    private void Work()
    {
        if (Awake() is not { } owner)
            return;
        switch (random.Next(12))
        {
            case < 5:
                owner.Post(owner.WriteAsync);
                break;
            case < 9:
                owner.Post(owner.ReadAsync);
                break;
            case < 10:
                owner.Post(owner.ReadAsOfAsync);
                break;
            case < 11:
                owner.Post(owner.SealAsync);
                break;
            default:
                owner.Post(owner.OpenAsync);
                break;
        }
    }

    private Owner? Awake()
    {
        var awake = owners.Where(static owner => owner.PausedUntil is null).ToList();
        return awake.Count > 0 ? awake[random.Next(awake.Count)] : null;
    }

    // One more process opens what is left, with a network that works.
    private void Audit()
    {
        Objects.Faults = null;
        var auditor = new Owner(this, ++born, random.Next(), AzureLogOptions.OwnerLeaseDefault, isPerfect: true);
        auditor.Post(auditor.OpenAsync);
        for (var i = 0; !auditor.IsOpen; i++)
        {
            if (i > 2_000_000)
                throw new ViolationException($"nobody can open the log any more: {auditor.Failure}");
            if (!Network.RunOne() & !auditor.Queue.RunOne())
                Time.Advance(TimeSpan.FromMilliseconds(50));
            if (auditor.Failure is not null)
                auditor.Post(auditor.OpenAsync);
            if (Broken is not null)
                throw new ViolationException(Broken.ToString());
        }

        var found = auditor.Records;
        foreach (var (sequence, value) in acknowledged)
        {
            if (!found.TryGetValue(sequence, out var record) || record.Value != value)
                throw new ViolationException($"{sequence} was acknowledged as {value} and is {(record.Value ?? "gone")}");
        }

        foreach (var (sequence, record) in found)
        {
            if (refused.TryGetValue(record.Value, out var refusal))
                throw new ViolationException($"{record.Value} was said not to be written and is {sequence}: {refusal}");
            if (sequence > 1 && found[sequence - 1].Time >= record.Time)
                throw new ViolationException($"time goes back at {sequence}");
        }

        if (found.Values.Select(static record => record.Value).Distinct().Count() != found.Count)
            throw new ViolationException("a write stands twice");
        foreach (var (instant, sequence) in closings)
        {
            var now = found.Where(pair => pair.Value.Time <= instant).Select(static pair => pair.Key).DefaultIfEmpty().Max();
            if (now != sequence)
                throw new ViolationException($"as of {instant.Value} the answer was {sequence} and is {now}");
        }
    }
}
