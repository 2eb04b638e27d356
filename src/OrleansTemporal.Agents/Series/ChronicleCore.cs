using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Series;

/// <summary>
/// State of one partition of a stream: the newest versions of points in memory, the others in chunks of segments; which
/// series there are, in memory.
/// </summary>
internal sealed partial class ChronicleCore : AgentCore
{
    private readonly SeriesOrdinals ordinals = new();
    private readonly SeriesIndex index = new();

    // System times of the deltas that no segment holds, by sequence.
    private readonly List<ulong> deltaTimes = [];

    // What is to be encoded by whoever is at the gate, once outside.
    private List<SeriesClosing> closings = [];
    private SeriesPreparedWrite? applying;
    private int deletionCount;
    private long versionCount;
    private long memoryBytes;
    private long countedBytes;

    public ChronicleCore(AgentId id, AgentServices services)
        : base(id, services)
    {
        thinning = new Storage.Hosting.TurnGate(services.Scheduler);
    }

    protected override bool ReplaysFromGenesis => false;

    protected override void Apply(in AppliedDelta delta)
    {
        deltaTimes.Add(delta.SystemTime.Value);
        Fold(delta.Sequence, delta.Kind, delta.Payload);
        if (applying is null)
        {
            // In replay nobody writes meanwhile.
            Publish(Take(closings), Encode);
        }

        CountMemory();
    }

    private void Fold(long sequence, DeltaKind kind, ReadOnlyMemory<byte>? payload)
    {
        if (payload is not { } bytes)
        {
            return;
        }

        if (kind == SeriesPayload.Record)
        {
            if (applying is { } prepared)
            {
                Fold(prepared, sequence);
            }
            else
            {
                Fold(SeriesPayload.Read(bytes.Span), sequence);
            }
        }
        else if (kind == SeriesDeletionPayload.Delete)
        {
            Fold(SeriesDeletionPayload.Read(bytes.Span), sequence);
            openDeletions.Add((sequence, bytes.ToArray()));
        }
        else if (kind == SeriesKeepPayload.Keep)
        {
            Fold(SeriesKeepPayload.Read(bytes.Span), sequence);
        }
        else if (kind == SeriesThinPayload.Thin)
        {
            FoldWindows(SeriesThinPayload.Read(bytes), sequence);
        }
        else
        {
            throw Corrupt($"delta {sequence} is a {kind}");
        }
    }

    private void Fold(SeriesPreparedWrite prepared, long sequence)
    {
        var write = prepared.Write;
        var written = new SeriesMemory[write.Series.Length];
        for (var i = 0; i < written.Length; i++)
        {
            written[i] = prepared.Ordinals[i] is >= 0 and var ordinal ? index[ordinal] : Enter(prepared.Keys[i]!, sequence);
        }

        var times = write.Times.AsSpan();
        var values = write.Values.AsSpan();
        if (written.Length == 1)
        {
            Add(written[0], times, sequence, values);
        }
        else
        {
            var rows = write.Rows.AsSpan();
            for (var i = 0; i < rows.Length; i++)
            {
                Add(written[rows[i]], times[i], sequence, values[i]);
            }
        }

        versionCount += times.Length;
    }

    private void Fold(in SeriesPayloadRows read, long sequence)
    {
        var written = new SeriesMemory[read.Ordinals.Length];
        for (var i = 0; i < written.Length; i++)
        {
            written[i] = read.Texts[i] is { } text ? Enter(SeriesKey.Parse(text), sequence)
                : read.Ordinals[i] < index.Count ? index[(int)read.Ordinals[i]]
                : throw Corrupt($"delta {sequence} names series {read.Ordinals[i]} of {index.Count}");
        }

        for (var i = 0; i < read.Rows.Length; i++)
        {
            Add(written[read.Rows[i]], read.Times[i], sequence, read.Values[i]);
        }

        versionCount += read.Rows.Length;
    }

    private void Add(SeriesMemory one, long time, long sequence, double value)
    {
        var before = one.Bytes;
        if (one.Add(time, sequence, value))
        {
            one.Close(cuts, closings);
        }

        memoryBytes += one.Bytes - before;
    }

    private void Add(SeriesMemory one, ReadOnlySpan<long> times, long sequence, ReadOnlySpan<double> values)
    {
        var before = one.Bytes;
        while (!times.IsEmpty)
        {
            var taken = one.Add(times, sequence, values);
            times = times[taken..];
            values = values[taken..];
            if (one.IsFull)
            {
                one.Close(cuts, closings);
            }
        }

        memoryBytes += one.Bytes - before;
    }

    private void Fold(SeriesSelector selector, long sequence)
    {
        foreach (var one in index.Plan(selector).Find(new SeriesMatch(selector)))
        {
            one.Add(new SeriesDeletion(sequence, selector.From, selector.To));
        }

        deletionCount++;
    }

    private SeriesMemory Enter(SeriesKey key, long sequence)
    {
        if (ordinals.TryFind(key.Text, out var ordinal))
        {
            return index[ordinal];
        }

        var made = new SeriesMemory(key, index.Count, sequence);
        index.Add(made);
        ordinals.Add(key.Text, made.Ordinal);
        return made;
    }
}
