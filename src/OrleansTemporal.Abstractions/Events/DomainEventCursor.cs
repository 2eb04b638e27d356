using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Events;

/// <summary>
/// How far a reader of events has come: every delta before a system time, and so many of those at it. Its text is
/// <c>time+count</c>, at most 31 characters. The default is the beginning.
/// </summary>
/// <param name="Time">A system time.</param>
/// <param name="Count">Deltas at it that were passed.</param>
public readonly record struct DomainEventCursor(HybridTimestamp Time, int Count)
{
    /// <summary>Reads the text; false when it is none.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out DomainEventCursor cursor)
    {
        cursor = default;
        var plus = text?.IndexOf('+', StringComparison.Ordinal) ?? -1;
        if (plus < 0
            || !ulong.TryParse(text.AsSpan(0, plus), NumberStyles.None, CultureInfo.InvariantCulture, out var time)
            || !int.TryParse(text.AsSpan(plus + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var count))
        {
            return false;
        }

        cursor = new DomainEventCursor(new HybridTimestamp(time), count);
        return cursor.ToString() == text;
    }

    /// <summary>The text form.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Time.Value}+{Count}");
}
