using System.Globalization;
using System.Text;

namespace OrleansTemporal.Rendering;

/// <summary>Numbers and values as people read them.</summary>
internal static class Words
{
    private static readonly string[] Units = ["B", "KiB", "MiB", "GiB", "TiB"];

    public static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    public static string Bytes(long bytes)
    {
        double size = bytes;
        var unit = 0;
        for (; size >= 1024 && unit < Units.Length - 1; unit++)
            size /= 1024;
        return string.Create(CultureInfo.InvariantCulture, $"{size:0.#} {Units[unit]}");
    }

    public static string Duration(TimeSpan duration) => duration.TotalMilliseconds switch
    {
        < 1 => string.Create(CultureInfo.InvariantCulture, $"{duration.TotalMicroseconds:0.0} µs"),
        < 1000 => string.Create(CultureInfo.InvariantCulture, $"{duration.TotalMilliseconds:0.00} ms"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{duration.TotalSeconds:0.0} s"),
    };

    /// <summary>The two largest units of a time to come, as in 1d 4h, 29m 59s, 1s 200ms.</summary>
    public static string TimeLeft(TimeSpan time)
    {
        (long Count, string Unit)[] parts = [(time.Days, "d"), (time.Hours, "h"), (time.Minutes, "m"), (time.Seconds, "s"), (time.Milliseconds, "ms")];
        var words = parts.SkipWhile(static part => part.Count == 0).Take(2).Where(static part => part.Count > 0);
        return string.Join(' ', words.Select(static part => string.Create(CultureInfo.InvariantCulture, $"{part.Count}{part.Unit}"))) is { Length: > 0 } text ? text : "0ms";
    }

    /// <summary>The beginning of a value, safe for one line of a terminal.</summary>
    public static string Excerpt(string text, int lengthMax)
    {
        var cut = text.Length > lengthMax ? text[..(lengthMax - 1)] + "…" : text;
        var line = new StringBuilder(cut.Length);
        foreach (var c in cut)
            line.Append(char.IsControl(c) ? ' ' : c);
        return line.ToString();
    }
}
