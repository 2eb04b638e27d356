using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Channels;

/// <summary>
/// What a run of a channel's deltas says, byte by byte in docs/formats/channel.md: how far its agents are announced and how
/// many deltas were carried on the way. Those of all runs, one behind the other, are the state of the channel.
/// </summary>
public sealed record ChannelCheckpoint
{
    private const byte FormatVersion = 1;

    /// <summary>Sequence of the first delta of the run.</summary>
    public required long First { get; init; }

    /// <summary>Sequence of its last delta.</summary>
    public required long Last { get; init; }

    /// <summary>Deltas of all agents that the channel carries up to the end of the run.</summary>
    public required long Published { get; init; }

    /// <summary>How many it carried up to each delta of the run at which they are counted, ascending.</summary>
    public required ImmutableArray<long> Counts { get; init; }

    /// <summary>The agents that the run names, each with the sequence up to which it is announced.</summary>
    public required ImmutableArray<AgentNotice> Announced { get; init; }

    /// <summary>
    /// One for several that follow one another. Where there is a gap between them, what stands before it is left out: whoever
    /// restores the channel reads those deltas themselves.
    /// </summary>
    /// <param name="parts">Oldest first; at least one.</param>
    public static ChannelCheckpoint Join(IReadOnlyList<ChannelCheckpoint> parts)
    {
        var newest = parts[^1];
        var first = parts.Count - 1;
        while (first > 0 && parts[first - 1].Last == parts[first].First - 1)
        {
            first--;
        }

        var announced = new Dictionary<AgentId, long>();
        foreach (var notice in parts.Skip(first).SelectMany(static part => part.Announced))
        {
            announced[notice.Agent] = notice.Sequence;
        }

        return newest with
        {
            First = parts[first].First,
            Counts = [.. parts.Skip(first).SelectMany(static part => part.Counts)],
            Announced = [.. announced.Select(static pair => new AgentNotice(pair.Key, pair.Value))],
        };
    }

    /// <summary>Writes it; the same one gives the same bytes in whatever order its agents come.</summary>
    public void Write(IBufferWriter<byte> writer)
    {
        writer.Write([FormatVersion]);
        Varint.Write(writer, (ulong)First);
        Varint.Write(writer, (ulong)Last);
        Varint.Write(writer, (ulong)Published);
        Varint.Write(writer, (ulong)Counts.Length);
        var before = 0L;
        foreach (var count in Counts)
        {
            Varint.Write(writer, (ulong)(count - before));
            before = count;
        }

        var agents = Announced.Select(static notice => (Text: notice.Agent.ToString(), notice.Sequence)).ToList();
        agents.Sort(static (left, right) => string.CompareOrdinal(left.Text, right.Text));
        Varint.Write(writer, (ulong)agents.Count);
        foreach (var (text, sequence) in agents)
        {
            Varint.Write(writer, (ulong)text.Length);
            Encoding.ASCII.GetBytes(text, writer);
            Varint.Write(writer, (ulong)sequence);
        }
    }

    /// <summary>Reads one.</summary>
    /// <exception cref="FormatException">When it is none.</exception>
    public static ChannelCheckpoint Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty || bytes[0] != FormatVersion)
        {
            throw new FormatException("It has a version that is not known");
        }

        var rest = bytes[1..];
        var (first, last, published) = (ReadNumber(ref rest), ReadNumber(ref rest), ReadNumber(ref rest));
        var counts = ImmutableArray.CreateBuilder<long>(ReadCount(ref rest));
        var count = 0L;
        while (counts.Count < counts.Capacity)
        {
            var more = ReadNumber(ref rest);
            counts.Add(more <= published - count ? count += more : throw new FormatException("It counts more than was carried"));
        }

        var announced = ImmutableArray.CreateBuilder<AgentNotice>(ReadCount(ref rest));
        while (announced.Count < announced.Capacity)
        {
            var length = ReadCount(ref rest);
            announced.Add(AgentId.TryParse(rest[..length], out var agent)
                ? new AgentNotice(agent, ReadNumber(ref rest, length))
                : throw new FormatException("It names what is no agent"));
        }

        return !rest.IsEmpty || first < 1 || last < first
            ? throw new FormatException("What it says does not fit together")
            : new ChannelCheckpoint { First = first, Last = last, Published = published, Counts = counts.MoveToImmutable(), Announced = announced.MoveToImmutable() };
    }

    private static long ReadNumber(ref ReadOnlySpan<byte> rest, int skip = 0)
    {
        rest = rest[skip..];
        return Varint.TryRead(ref rest, out var number) && number <= long.MaxValue ? (long)number : throw new FormatException("It ends too early");
    }

    // Each of what is counted takes a byte at least.
    private static int ReadCount(ref ReadOnlySpan<byte> rest)
    {
        var number = ReadNumber(ref rest);
        return number <= rest.Length ? (int)number : throw new FormatException("It ends too early");
    }
}
