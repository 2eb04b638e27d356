using OrleansTemporal.Causality;

namespace OrleansTemporal.Requests;

/// <summary>The text of the newest system time; between two writes it is the same for every answer.</summary>
internal static class SystemTimeHeader
{
    private static volatile Formatted? newest;

    /// <summary>The text of a time.</summary>
    internal static string Format(HybridTimestamp time)
    {
        var known = newest;
        if (known is null || known.Time != time)
        {
            newest = known = new Formatted(time, time.ToString());
        }

        return known.Text;
    }

    private sealed record Formatted(HybridTimestamp Time, string Text);
}
