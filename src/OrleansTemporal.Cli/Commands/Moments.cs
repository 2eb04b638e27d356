using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Commands;

/// <summary>Options that name a moment: an instant in RFC 3339, or a sequence where one agent answers.</summary>
internal static class Moments
{
    private const string Expected = "is neither an instant such as 2026-01-02T03:04:05Z nor a sequence number.";

    public static Option<AsOf> AsOfOption(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "instant|sequence",
        CustomParser = result => TryParse(result.Tokens[0].Value, out var moment) ? moment : Fail<AsOf>(result, Expected),
    };

    public static Option<HybridTimestamp> InstantOption(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "instant",
        CustomParser = result => TryParseInstant(result.Tokens[0].Value, out var instant)
            ? instant
            : Fail<HybridTimestamp>(result, "is no instant such as 2026-01-02T03:04:05Z."),
    };

    public static Option<TimeSpan?> DurationOption(string name, string description, bool mayBeNone = false) => new(name)
    {
        Description = description,
        HelpName = "duration",
        CustomParser = result =>
            mayBeNone && result.Tokens[0].Value == "none" ? Timeout.InfiniteTimeSpan
            : Durations.TryParse(result.Tokens[0].Value, out var duration) ? duration
            : Fail<TimeSpan?>(result, "is no duration such as 250ms, 30s, 5m, 1h or 7d."),
    };

    public static bool TryParse(string text, out AsOf moment)
    {
        moment = default;
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var sequence) && sequence > 0)
            moment = AsOf.After(sequence);
        else if (TryParseInstant(text, out var instant))
            moment = AsOf.At(instant);
        return !moment.IsLatest;
    }

    /// <summary>How REST spells a moment; null for the newest state.</summary>
    public static string? ToText(AsOf moment) => moment.SystemTime?.ToString() ?? moment.Sequence?.ToString(CultureInfo.InvariantCulture);

    // A day alone means its first moment.
    private static bool TryParseInstant(string text, out HybridTimestamp instant) =>
        (HybridTimestamp.TryParse(text, out instant) || HybridTimestamp.TryParse(text + "T00:00:00Z", out instant)) && instant != HybridTimestamp.Zero;

    private static T? Fail<T>(ArgumentResult result, string expected)
    {
        result.AddError($"'{result.Tokens[0].Value}' {expected}");
        return default;
    }
}
