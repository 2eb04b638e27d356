using OrleansTemporal.Causality;
using OrleansTemporal.Lifecycle;
using OrleansTemporal.Storage.Manifests;
using OrleansTemporal.Storage.Runs;
using OrleansTemporal.Storage.Segments;

namespace OrleansTemporal.Kv;

/// <summary>
/// What a distillation knows after looking through the key runs of an agent: of each segment, how many versions it holds and
/// how many of them were replaced so long ago that policy lets them go. Kept in memory only; a process that dies begins anew.
/// </summary>
internal sealed class KvSurvey
{
    // To write a segment anew for less is to move ten bytes for one that goes.
    private const int DeadPercentMin = 10;

    private readonly SegmentRef[] segments;
    private readonly long[] lasts;
    private readonly long[] dead;
    private readonly long[] all;

    // The live values whose keys have the least hashes, the greatest of them first: a fair sample of any number.
    private readonly PriorityQueue<(byte[] Key, RunEntry Entry), ulong> sample = new(Comparer<ulong>.Create(static (left, right) => right.CompareTo(left)));
    private readonly HybridTimestamp now;

    public KvSurvey(Manifest manifest, DistillOrder order, HybridTimestamp now)
    {
        Order = order;
        this.now = now;
        segments = [.. manifest.Segments];
        lasts = [.. segments.Select(static segment => segment.LastSequence)];
        dead = new long[segments.Length];
        all = new long[segments.Length];
    }

    /// <summary>What is asked for.</summary>
    public DistillOrder Order { get; }

    /// <summary>The key that was looked at last; null before the first.</summary>
    public byte[]? After { get; set; }

    /// <summary>Versions that were looked at.</summary>
    public long Versions { get; private set; }

    /// <summary>Of those the ones that may go.</summary>
    public long Candidates { get; private set; }

    /// <summary>Keys with a live value.</summary>
    public long LiveValues { get; private set; }

    /// <summary>Some of them.</summary>
    public IEnumerable<(byte[] Key, RunEntry Entry)> Sample => sample.UnorderedItems.Select(static item => item.Element);

    /// <summary>Segments that are worth writing anew, oldest first; their versions that may go are then collected.</summary>
    public List<(SegmentRef Segment, long Dead, long All)> Chosen { get; } = [];

    /// <summary>What is collected of the chosen ones; null while it is counted.</summary>
    public List<KvDeadVersion>? Collected { get; private set; }

    /// <summary>Versions that lie in the segment of a version.</summary>
    public long CountBeside(long sequence) => Find(sequence) is var at && at < all.Length ? all[at] : 0;

    /// <summary>Comes to a key.</summary>
    /// <param name="key">The key, which is the caller's to keep.</param>
    /// <param name="newest">Its newest version.</param>
    public void VisitKey(byte[] key, RunEntry newest)
    {
        const KvNodeFlags Gone = KvNodeFlags.Deleted | KvNodeFlags.Erased | KvNodeFlags.Expired;
        if (Collected is not null || ((KvNodeFlags)newest.Flags & Gone) != 0 || (newest.Expiry.Value != 0 && newest.Expiry <= now))
        {
            return;
        }

        LiveValues++;
        if (Order.SampleCountMax == 0)
        {
            return;
        }

        sample.Enqueue((key, newest), KeyHash.Of(key));
        if (sample.Count > Order.SampleCountMax)
        {
            sample.Dequeue();
        }
    }

    /// <summary>Comes to a version whose payload is there.</summary>
    /// <param name="version">The version.</param>
    /// <param name="isDead">Whether it may go.</param>
    public void Visit(in KvDeadVersion version, bool isDead)
    {
        var at = Find(version.Sequence);
        if (at == lasts.Length)
        {
            return;
        }

        if (Collected is { } collected)
        {
            if (isDead && dead[at] > 0)
            {
                collected.Add(version);
            }

            return;
        }

        Versions++;
        all[at]++;
        if (isDead)
        {
            Candidates++;
            dead[at]++;
        }
    }

    /// <summary>Chooses segments when all is counted; the next walk through the runs collects what goes of them.</summary>
    /// <param name="countMax">Versions to collect at most, unless one segment alone has more.</param>
    /// <returns>True when there is something to collect.</returns>
    public bool Choose(long countMax)
    {
        var sum = 0L;
        for (var i = 0; i < segments.Length; i++)
        {
            if (dead[i] > 0 && dead[i] * 100 >= all[i] * DeadPercentMin && (sum == 0 || sum + dead[i] <= countMax))
            {
                Chosen.Add((segments[i], dead[i], all[i]));
                sum += dead[i];
            }
            else
            {
                dead[i] = 0;
            }
        }

        After = null;
        Collected = new List<KvDeadVersion>((int)Math.Min(sum, int.MaxValue));
        return sum > 0;
    }

    private int Find(long sequence)
    {
        var at = Array.BinarySearch(lasts, sequence);
        return at < 0 ? ~at : at;
    }
}
