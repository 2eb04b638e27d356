using OrleansTemporal.Causality;
using OrleansTemporal.Storage.Manifests;
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

    public KvSurvey(Manifest manifest, HybridTimestamp replacedBefore)
    {
        ReplacedBefore = replacedBefore;
        segments = [.. manifest.Segments];
        lasts = [.. segments.Select(static segment => segment.LastSequence)];
        dead = new long[segments.Length];
        all = new long[segments.Length];
    }

    /// <summary>What was replaced at or before may go.</summary>
    public HybridTimestamp ReplacedBefore { get; }

    /// <summary>The key that was looked at last; null before the first.</summary>
    public byte[]? After { get; set; }

    /// <summary>Versions that were looked at.</summary>
    public long Versions { get; private set; }

    /// <summary>Of those the ones that may go.</summary>
    public long Candidates { get; private set; }

    /// <summary>Segments that are worth writing anew, oldest first; their versions that may go are then collected.</summary>
    public List<(SegmentRef Segment, long Dead, long All)> Chosen { get; } = [];

    /// <summary>What is collected of the chosen ones; null while it is counted.</summary>
    public List<KvDeadVersion>? Collected { get; private set; }

    /// <summary>Comes to a version whose payload is there.</summary>
    /// <param name="version">The version.</param>
    /// <param name="isDead">Whether it may go.</param>
    public void Visit(in KvDeadVersion version, bool isDead)
    {
        var at = Array.BinarySearch(lasts, version.Sequence);
        at = at < 0 ? ~at : at;
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
}
