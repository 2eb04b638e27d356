using OrleansTemporal.Causality;
using OrleansTemporal.Storage.Runs;

namespace OrleansTemporal.Kv;

/// <summary>Walks over what ends, the first first, from memory and runs as they were when it was opened. Not thread-safe.</summary>
internal sealed class KvExpiryScan
{
    private readonly KvExpiring[][] lists;
    private readonly int[] next;
    private readonly MergedRunCursor? runs;
    private KvExpiring? inRuns;

    private KvExpiryScan(KvExpiring[][] lists, int[] next, MergedRunCursor? runs)
    {
        this.lists = lists;
        this.next = next;
        this.runs = runs;
    }

    /// <summary>Where the walk stands; valid after <see cref="MoveNextAsync"/> said true.</summary>
    public KvExpiring Current { get; private set; }

    /// <summary>Opens a walk over what lies behind a place.</summary>
    /// <param name="lists">Sorted, of the deltas that are not sealed.</param>
    /// <param name="runs">What is sealed, with the prefix of expiries; null when nothing is.</param>
    public static async ValueTask<KvExpiryScan> OpenAsync(
        KvExpiring[][] lists, MergedRunCursor? runs, KvExpiryPlace after, CancellationToken cancellationToken)
    {
        var next = new int[lists.Length];
        for (var i = 0; i < lists.Length; i++)
        {
            next[i] = FirstBehind(lists[i], after);
        }

        var scan = new KvExpiryScan(lists, next, runs);
        if (runs is not null)
        {
            var found = await runs.SeekAsync(KvExpiryKeys.After(after), RunBound.Latest, cancellationToken).ConfigureAwait(false);
            while (scan.Stand(found) && !scan.inRuns!.Value.IsBehind(after))
            {
                found = await runs.MoveNextAsync(cancellationToken).ConfigureAwait(false);
            }
        }

        return scan;
    }

    /// <summary>Goes to the next; false behind the last.</summary>
    public async ValueTask<bool> MoveNextAsync(CancellationToken cancellationToken)
    {
        var lowest = -1;
        for (var i = 0; i < lists.Length; i++)
        {
            if (next[i] < lists[i].Length && (lowest < 0 || lists[i][next[i]].CompareTo(lists[lowest][next[lowest]]) < 0))
            {
                lowest = i;
            }
        }

        if (inRuns is { } there && (lowest < 0 || there.CompareTo(lists[lowest][next[lowest]]) < 0))
        {
            Current = there;
            Stand(await runs!.MoveNextAsync(cancellationToken).ConfigureAwait(false));
            return true;
        }

        if (lowest < 0)
        {
            return false;
        }

        Current = lists[lowest][next[lowest]++];
        return true;
    }

    private bool Stand(bool found)
    {
        if (!found || !KvExpiryKeys.Holds(runs!.Key))
        {
            inRuns = null;
            return false;
        }

        var entry = runs.Current;
        inRuns = new KvExpiring(KvExpiryKeys.ExpiresAtOf(runs.Key), entry.SystemTime, KvExpiryKeys.KeyOf(runs.Key), entry.Sequence, entry.Ordinal);
        return true;
    }

    private static int FirstBehind(KvExpiring[] list, KvExpiryPlace after)
    {
        var (low, high) = (0, list.Length);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (list[middle].IsBehind(after))
            {
                high = middle;
            }
            else
            {
                low = middle + 1;
            }
        }

        return low;
    }
}
