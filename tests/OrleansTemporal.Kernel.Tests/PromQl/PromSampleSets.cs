using System.Collections.Immutable;
using OrleansTemporal.PromQl;

namespace OrleansTemporal.Kernel.Tests.PromQl;

/// <summary>Samples to ask about.</summary>
internal static class PromSampleSets
{
    public const long Millisecond = 1_000_000;

    /// <summary>A series whose samples are given by seconds and values.</summary>
    public static PromSamples Of(string labels, params (double Seconds, double Value)[] samples) => new(
        LabelsOf(labels), samples.Select(static sample => (long)(sample.Seconds * 1_000) * Millisecond).ToArray(), samples.Select(static sample => sample.Value).ToArray());

    /// <summary>Labels out of <c>name a=1 b=2</c>.</summary>
    public static PromLabels LabelsOf(string text)
    {
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return PromLabels.Of(words.Select(static word => word.Contains('=', StringComparison.Ordinal)
            ? KeyValuePair.Create(word[..word.IndexOf('=', StringComparison.Ordinal)], word[(word.IndexOf('=', StringComparison.Ordinal) + 1)..])
            : KeyValuePair.Create(PromLabels.MetricName, word)));
    }

    /// <summary>Answers over steps.</summary>
    public static PromResult Range(string query, PromGrid grid, params PromSamples[] series)
    {
        var parsed = PromQuery.Parse(query);
        return parsed.AnswerRange(grid, InputsOf(parsed, grid, series), new PromBudget(), CancellationToken.None);
    }

    /// <summary>Answers for one moment, in seconds.</summary>
    public static PromResult Instant(string query, double seconds, params PromSamples[] series)
    {
        var parsed = PromQuery.Parse(query);
        var grid = PromGrid.Instant((long)(seconds * 1_000));
        return parsed.Answer(grid, InputsOf(parsed, grid, series), new PromBudget(), CancellationToken.None);
    }

    /// <summary>An answer for one moment as text: labels and values in their order.</summary>
    public static string TextOf(PromResult result) => result.Text ?? string.Join(" ", result.Series.Select(static series =>
        (series.Labels.Pairs.IsEmpty ? "" : series.Labels.ToString()) + string.Join(",", series.Values.Select(PromLiterals.Format))));

    private static ImmutableArray<ImmutableArray<PromSamples>> InputsOf(PromQuery query, PromGrid grid, PromSamples[] series) =>
        [.. query.Reads(grid).Select(read => series.Where(one => read.Selection.Includes(one.Labels)).Select(one => Cut(one, read)).ToImmutableArray())];

    // No more than what is asked for, so that what is asked for is enough.
    private static PromSamples Cut(PromSamples samples, PromRead read)
    {
        var places = Enumerable.Range(0, samples.Times.Length).Where(place => samples.Times.Span[place] >= read.From && samples.Times.Span[place] < read.To).ToArray();
        return new(samples.Labels, places.Select(place => samples.Times.Span[place]).ToArray(), places.Select(place => samples.Values.Span[place]).ToArray());
    }
}
