using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Series;

namespace OrleansTemporal.Patterns;

/// <summary>
/// Matches as points of the stream <c>alerts</c>: tags of the match and the pattern's name, the match's time, fields
/// <c>value</c> and <c>seconds</c>. A match is written when it is not there, under a key that a second writer at the same time
/// would have too.
/// </summary>
internal sealed partial class PatternAlerts(SeriesService series, ILogger logger)
{
    /// <summary>The stream.</summary>
    public const string Stream = "alerts";

    /// <summary>The tag that names the pattern.</summary>
    public const string PatternTag = "pattern";

    private const string ValueField = "value";
    private const string SecondsField = "seconds";
    private const double NanosecondsPerSecond = 1e9;

    /// <summary>Writes a match, once.</summary>
    /// <returns>
    /// False when it was there, when its tags leave no room for the pattern's name, or when policy keeps no alerts of its time:
    /// another look would find that no other.
    /// </returns>
    public async ValueTask<bool> WriteAsync(string workspace, string pattern, PatternMatch match, CancellationToken cancellationToken)
    {
        try
        {
            return await WriteOnceAsync(workspace, pattern, match, cancellationToken).ConfigureAwait(false);
        }
        catch (TemporalException expired) when (expired.Code is ErrorCodes.HistoryExpired or ErrorCodes.PointsExpired)
        {
            LogExpired(pattern, new EventTime(match.Time).ToString());
            return false;
        }
    }

    private async ValueTask<bool> WriteOnceAsync(string workspace, string pattern, PatternMatch match, CancellationToken cancellationToken)
    {
        if (TryTag(pattern, match) is not { } tags || await IsThereAsync(workspace, tags, match.Time, cancellationToken).ConfigureAwait(false))
        {
            return false;
        }

        var batch = new SeriesBatch();
        batch.Add(tags, ValueField, new EventTime(match.Time), match.Value);
        batch.Add(tags, SecondsField, new EventTime(match.Time), ((double)match.Time - match.Since) / NanosecondsPerSecond);
        var identity = SHA256.HashData(Encoding.UTF8.GetBytes($"{pattern.Length}:{pattern}{match.Time} {match.Key}"));
        var call = CallContext.Local with { IdempotencyKey = $"pattern-{Convert.ToHexStringLower(identity)}" };
        await series.WriteAsync(call, workspace, Stream, batch, cancellationToken).ConfigureAwait(false);
        return true;
    }

    private SeriesTags? TryTag(string pattern, PatternMatch match)
    {
        try
        {
            var tags = SeriesTags.Of([.. SeriesTags.Parse(match.Key).Pairs, KeyValuePair.Create(PatternTag, pattern)]);
            _ = SeriesKey.Of(tags, SecondsField);
            return tags;
        }
        catch (TemporalException tooLong) when (tooLong.Kind == ErrorKind.Invalid)
        {
            LogTooLong(pattern, tooLong);
            return null;
        }
    }

    private async ValueTask<bool> IsThereAsync(string workspace, SeriesTags tags, long time, CancellationToken cancellationToken)
    {
        var query = new SeriesPointsQuery
        {
            Selector = new SeriesSelector
            {
                Field = ValueField,
                Tags = [.. tags.Pairs.Select(static tag => new TagMatcher(tag.Key, TagMatcherKind.Equal, tag.Value))],
                From = time,
                To = time == long.MaxValue ? time : time + 1,
            },
            Limit = Limits.PageCountMax,
        };
        try
        {
            var page = await series.ReadAsync(CallContext.Local, workspace, Stream, query, cancellationToken).ConfigureAwait(false);
            return page.Series.Contains(SeriesKey.Of(tags, ValueField).Text);
        }
        catch (TemporalException nothing) when (nothing.Code == ErrorCodes.StreamNotFound)
        {
            return false;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "A match of pattern {Pattern} is passed over: its tags leave no room for an alert")]
    private partial void LogTooLong(string pattern, Exception failure);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A match of pattern {Pattern} at {Time} is passed over: policy keeps no alerts of that time")]
    private partial void LogExpired(string pattern, string time);
}
