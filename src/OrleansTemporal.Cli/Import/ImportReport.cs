namespace OrleansTemporal.Import;

/// <summary>What an import came to. Counts are safe to read while it runs.</summary>
internal sealed class ImportReport
{
    /// <summary>Refused rows that are named; the rest is only counted.</summary>
    public const int NamedMax = 1_000;

    private readonly Lock gate = new();
    private readonly List<(long Line, string Reason)> refused = [];
    private long writtenCount;
    private long refusedCount;

    public long WrittenCount => Interlocked.Read(ref writtenCount);

    public long RefusedCount => Interlocked.Read(ref refusedCount);

    /// <summary>The first refused rows, by line.</summary>
    public IReadOnlyList<(long Line, string Reason)> Refused
    {
        get
        {
            lock (gate)
            {
                return [.. refused.OrderBy(row => row.Line)];
            }
        }
    }

    public void Written(int count) => Interlocked.Add(ref writtenCount, count);

    public void Refuse(long line, string reason)
    {
        Interlocked.Increment(ref refusedCount);
        lock (gate)
        {
            if (refused.Count < NamedMax)
                refused.Add((line, reason));
        }
    }
}
