using System.Runtime.InteropServices;
using OrleansTemporal.Kv;

namespace OrleansTemporal.Views;

/// <summary>What a view holds of its namespace: rows with their past, or groups as they are. Guarded by whoever has it.</summary>
internal sealed class ViewState
{
    private const int ContributionBytes = 200;
    private const int AnswersKeptMax = 8;

    private readonly ViewPipeline pipeline;
    private readonly ViewRows? rows;
    private readonly GroupLedger? ledger;
    private readonly Dictionary<string, (GroupContribution Contribution, ulong To)> contributions = new(StringComparer.Ordinal);
    private readonly PriorityQueue<string, ulong> ends = new();
    private readonly Queue<(ulong Time, List<byte[]> Rows)> answers = new();
    private ulong moment;
    private long contributionBytes;

    public ViewState(ViewPipeline pipeline, ulong moment)
    {
        this.pipeline = pipeline;
        this.moment = moment;
        rows = pipeline.IsGrouped ? null : new ViewRows(moment);
        ledger = pipeline.IsGrouped ? pipeline.NewLedger() : null;
    }

    /// <summary>The latest moment whose changes are all in.</summary>
    public ulong Moment => rows?.Moment ?? moment;

    /// <summary>The earliest moment that can be asked for.</summary>
    public ulong Floor => rows?.Floor ?? moment;

    public long Bytes => rows?.Bytes ?? contributionBytes + ledger!.Bytes;

    public long Count => rows?.LiveCount ?? ledger!.Count;

    /// <summary>Rows with their past; null when there are groups.</summary>
    public ViewRows? Rows => rows;

    /// <summary>Whether it knows what was between the moments that it was brought to.</summary>
    public bool KeepsPast => rows is not null;

    /// <summary>Says what a key is from a time on.</summary>
    /// <param name="document">Canonical JSON; null when it has no value.</param>
    public void Set(string key, ulong from, ReadOnlyMemory<byte>? document, ulong to)
    {
        var passed = document is { } value ? pipeline.Pass(value) : null;
        if (rows is not null)
        {
            rows.Set(key, from, passed is { } row ? pipeline.OrderOf(row.Span) : null, to);
            return;
        }

        if (passed is not { } one || to <= from)
        {
            Drop(key);
            return;
        }

        var contribution = ledger!.Add(one.Span);
        ref var place = ref CollectionsMarshal.GetValueRefOrAddDefault(contributions, key, out var isThere);
        if (isThere)
        {
            Take(key, place.Contribution);
        }

        place = (contribution, to);
        contributionBytes += BytesOf(key, contribution);
        if (to != ulong.MaxValue)
        {
            ends.Enqueue(key, to);
        }
    }

    /// <summary>Forgets a key, its past included.</summary>
    public void Erase(string key)
    {
        rows?.Erase(key);
        Drop(key);
        answers.Clear();
    }

    /// <summary>Says that all changes up to a moment are in.</summary>
    public void Advance(ulong time)
    {
        rows?.Advance(time);
        moment = Math.Max(moment, time);
        if (ends.Count > 1_000 + (2 * contributions.Count))
        {
            // Without those that were replaced before they ended.
            ends.Clear();
            ends.EnqueueRange(contributions.Where(static pair => pair.Value.To != ulong.MaxValue).Select(static pair => (pair.Key, pair.Value.To)));
        }

        while (ends.TryPeek(out var key, out var end) && end <= moment)
        {
            ends.Dequeue();
            if (contributions.TryGetValue(key, out var present) && present.To == end)
            {
                Drop(key);
            }
        }
    }

    /// <summary>Lets go of what was over before a moment.</summary>
    public void Forget(ulong floor)
    {
        if (rows is not null)
        {
            rows.Forget(Math.Min(floor, rows.Moment));
        }
    }

    /// <summary>The groups as rows, as of a moment; null when they are not known any more.</summary>
    /// <exception cref="Errors.TemporalException">TooLarge, <c>query_too_large</c>; Invalid: a number is too long to be summed.</exception>
    public List<byte[]>? GroupsAt(ulong time)
    {
        foreach (var (at, known) in answers)
        {
            if (at == time)
            {
                return known;
            }
        }

        if (time != moment)
        {
            return null;
        }

        var made = pipeline.ToRows(ledger!);
        if (answers.Count == AnswersKeptMax)
        {
            answers.Dequeue();
        }

        // So that later pages of this answer find it, whatever was written meanwhile.
        answers.Enqueue((time, made));
        return made;
    }

    private void Drop(string key)
    {
        if (contributions.Remove(key, out var before))
        {
            Take(key, before.Contribution);
        }
    }

    private void Take(string key, GroupContribution contribution)
    {
        ledger!.Remove(contribution);
        contributionBytes -= BytesOf(key, contribution);
    }

    private static long BytesOf(string key, GroupContribution contribution) => ContributionBytes + (2L * key.Length) + contribution.Bytes;
}
