using System.Collections.Immutable;

namespace OrleansTemporal.PromQl;

/// <summary>
/// What streams, fields and tags are called in PromQL. A metric is <c>{stream}_{field}</c>; what a name can not have there
/// becomes an underscore.
/// </summary>
public static class PromNames
{
    /// <summary>A label that no answer has: by it the exact name of a stream can be asked for.</summary>
    public const string Stream = "__stream__";

    /// <summary>A label that no answer has: by it the exact name of a field can be asked for.</summary>
    public const string FieldName = "__field__";

    // What begins with two underscores is PromQL's own.
    private const string Reserved = "__";
    private const string TagPrefix = "tag";

    /// <summary>Whether a label is one that can be asked for and is never answered.</summary>
    public static bool IsHidden(string label) => label is Stream or FieldName;

    /// <summary>The beginning that all metrics of a stream have.</summary>
    public static string PrefixOf(string stream) => Clean(stream) + "_";

    /// <summary>The metric of a field of a stream.</summary>
    public static string MetricOf(string stream, string field) => PrefixOf(stream) + CleanRest(field);

    /// <summary>The labels of a series.</summary>
    /// <param name="metric">Its metric.</param>
    /// <param name="tags">Its tags, in their order.</param>
    public static PromLabels LabelsOf(string metric, ImmutableArray<KeyValuePair<string, string>> tags)
    {
        var pairs = new List<KeyValuePair<string, string>>(tags.Length + 1) { new(PromLabels.MetricName, metric) };
        foreach (var (name, value) in tags)
        {
            var label = name.StartsWith(Reserved, StringComparison.Ordinal) ? TagPrefix + Clean(name) : Clean(name);

            // Two tags of one series that differ only in what a label can not have.
            while (pairs.Exists(pair => pair.Key == label))
            {
                label += "_";
            }

            pairs.Add(new(label, value));
        }

        return PromLabels.Of(pairs);
    }

    /// <summary>Whether a text is the name of a label.</summary>
    public static bool IsLabel(string text) => text.Length > 0 && !char.IsAsciiDigit(text[0]) && text.All(static letter => char.IsAsciiLetterOrDigit(letter) || letter == '_');

    private static string Clean(string name) => char.IsAsciiDigit(name[0]) ? "_" + CleanRest(name) : CleanRest(name);

    private static string CleanRest(string name) => string.Create(name.Length, name, static (span, text) =>
    {
        for (var i = 0; i < text.Length; i++)
        {
            span[i] = char.IsAsciiLetterOrDigit(text[i]) ? text[i] : '_';
        }
    });
}
