using System.Runtime.CompilerServices;
using System.Text;

namespace OrleansTemporal.Requests;

/// <summary>
/// The segments of a request's path, decoded exactly once from the raw target. The framework's own decoded path is
/// never read: it turns <c>%2E%2E</c> into a walk to another namespace and makes <c>a%2Fb</c> and <c>a%252Fb</c> one key.
/// </summary>
internal sealed class PathSegments
{
    /// <summary>Segments that are kept; a path with more of them matches no route.</summary>
    internal const int CountMax = 12;

    private readonly string target;
    private readonly string?[]? decoded;
    private readonly SegmentRanges ranges;

    private PathSegments(string target, in SegmentRanges ranges, int count, string?[]? decoded, int queryStart)
    {
        this.target = target;
        this.ranges = ranges;
        this.decoded = decoded;
        Count = count;
        QueryStart = queryStart;
    }

    /// <summary>Number of segments; 0 for the root.</summary>
    internal int Count { get; }

    /// <summary>Whether any segment carried an escape.</summary>
    internal bool HasEscapes => decoded is not null;

    /// <summary>The query behind the question mark, still encoded; empty when there is none.</summary>
    internal ReadOnlySpan<char> Query => QueryStart < 0 ? default : target.AsSpan(QueryStart);

    private int QueryStart { get; }

    /// <summary>One segment as a new string.</summary>
    internal string this[int index] => decoded?[index] ?? target.Substring(ranges[index].Start, ranges[index].Length);

    /// <summary>One segment without a copy.</summary>
    internal ReadOnlySpan<char> GetSpan(int index) =>
        decoded?[index] is { } text ? text.AsSpan() : target.AsSpan(ranges[index].Start, ranges[index].Length);

    /// <summary>
    /// Splits and decodes a target in origin-form or absolute-form. False when a segment is empty, decodes to
    /// <c>.</c> or <c>..</c>, has a broken escape, or is not UTF-8; <paramref name="fault"/> says which.
    /// </summary>
    internal static bool TryParse(string target, out PathSegments? path, out string? fault)
    {
        path = null;
        var start = FindPath(target);
        if (start < 0)
        {
            fault = "The request target is neither a path nor an absolute URL.";
            return false;
        }

        var ranges = default(SegmentRanges);
        string?[]? decoded = null;
        var count = 0;
        var end = target.AsSpan(start).IndexOfAny('?', '#') is var mark && mark < 0 ? target.Length : start + mark;
        if (end < target.Length && target[end] == '#')
        {
            fault = "A request target has no fragment.";
            return false;
        }

        var position = start + 1;
        while (position <= end && end > start + 1)
        {
            var length = target.AsSpan(position, end - position).IndexOf('/');
            length = length < 0 ? end - position : length;
            if (!TryRead(target.AsSpan(position, length), out var text, out fault))
            {
                return false;
            }

            if (count < CountMax)
            {
                ranges[count] = (position, length);
                if (text is not null)
                {
                    (decoded ??= new string?[CountMax])[count] = text;
                }
            }

            count++;
            position += length + 1;
        }

        fault = null;
        path = new PathSegments(target, ranges, count, decoded, end < target.Length ? end + 1 : -1);
        return true;
    }

    /// <summary>The one text of this path: every segment escaped again in the same way, whatever way it came in.</summary>
    internal string ToCanonicalText()
    {
        if (Count == 0)
        {
            return "/";
        }

        var text = new StringBuilder();
        for (var i = 0; i < Math.Min(Count, CountMax); i++)
        {
            text.Append('/').Append(PercentEncoding.Encode(this[i]));
        }

        return text.ToString();
    }

    private static int FindPath(string target)
    {
        if (target.Length > 0 && target[0] == '/')
        {
            return 0;
        }

        var scheme = target.IndexOf("://", StringComparison.Ordinal);
        if (scheme <= 0)
        {
            return -1;
        }

        return target.IndexOf('/', scheme + 3);
    }

    private static bool TryRead(ReadOnlySpan<char> segment, out string? decoded, out string? fault)
    {
        decoded = null;
        fault = segment.IsEmpty ? "The path has an empty segment; there is none at its end either." : null;
        if (segment.Contains('%'))
        {
            if (!PercentEncoding.TryDecode(segment, plusIsSpace: false, out decoded))
            {
                fault = "A segment of the path has a broken escape or is not UTF-8.";
                return false;
            }

            segment = decoded;
        }

        if (segment is "." or "..")
        {
            fault = "A segment of the path is '.' or '..'.";
        }

        return fault is null;
    }

    [InlineArray(CountMax)]
    private struct SegmentRanges
    {
        private (int Start, int Length) first;
    }
}
