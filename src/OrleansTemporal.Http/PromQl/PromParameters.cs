using System.Globalization;
using System.Text;
using OrleansTemporal.Causality;
using OrleansTemporal.Requests;

namespace OrleansTemporal.PromQl;

/// <summary>Parameters of a request: those of the target, then those of a form in its body.</summary>
internal sealed class PromParameters
{
    private const string Form = "application/x-www-form-urlencoded";

    private readonly List<(string Name, string Value)> all;

    private PromParameters(List<(string Name, string Value)> all) => this.all = all;

    /// <summary>Reads them.</summary>
    /// <exception cref="Errors.TemporalException"><c>malformed_parameter</c>, <c>body_too_large</c>.</exception>
    public static async ValueTask<PromParameters> ReadAsync(ApiRequest request)
    {
        var all = request.Path.Query.IsEmpty ? [] : QueryParameters.All(request.Path);
        if (request.Http.Request.Method == "POST" && request.Http.Request.ContentType?.StartsWith(Form, StringComparison.OrdinalIgnoreCase) == true)
        {
            using var body = await RequestBody.ReadAsync(request);
            all.AddRange(Split(Encoding.Latin1.GetString(body.Bytes.Span)));
        }

        return new PromParameters(all);
    }

    /// <summary>A parameter that has to be there.</summary>
    public string Get(string name) => Find(name) ?? throw QueryParameters.Malformed(name, $"'{name}' is needed.");

    /// <summary>A parameter's last value; null without one.</summary>
    public string? Find(string name) => all.FindLast(parameter => parameter.Name == name).Value;

    /// <summary>All values of a parameter.</summary>
    public IEnumerable<string> FindAll(string name) => all.Where(parameter => parameter.Name == name).Select(static parameter => parameter.Value);

    /// <summary>A moment in milliseconds since 1970, given in seconds or in RFC 3339; null without one.</summary>
    public long? FindMoment(string name) =>
        Find(name) is not { } text ? null
        : PromLiterals.TryReadNumber(text, out var seconds) && PromLiterals.TryRound(seconds, out var milliseconds) ? milliseconds
        : EventTime.TryParse(text.Replace(' ', '+'), out var time) ? (long)Math.Floor(time.Nanoseconds / 1e6m)
        : throw QueryParameters.Malformed(name, $"'{name}' is a number of seconds since 1970, or an instant in RFC 3339, between the years 1677 and 2262.");

    /// <summary>The steps of a range.</summary>
    public PromGrid GetGrid()
    {
        var start = FindMoment("start") ?? throw QueryParameters.Malformed("start", "'start' is needed.");
        var end = FindMoment("end") ?? throw QueryParameters.Malformed("end", "'end' is needed.");
        return PromLiterals.TryReadSpan(Get("step"), out var step) && step > 0
            ? PromGrid.Range(start, end, step)
            : throw QueryParameters.Malformed("step", "'step' is a duration, as in 15s, or a number of seconds; longer than nothing.");
    }

    /// <summary>The selectors of <c>match[]</c>.</summary>
    public IReadOnlyCollection<PromSelection> GetSelections() => [.. FindAll("match[]").Select(PromSelection.Parse)];

    /// <summary>The moment of system time to answer for.</summary>
    public AsOf GetAsOf() => Find("asOf") is { } text ? QueryParameters.ParseAsOf(text) : AsOf.Latest;

    /// <summary>Rows at most; 0 and nothing mean all.</summary>
    public int GetLimit() =>
        Find("limit") is not { } text ? int.MaxValue
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) ? limit == 0 ? int.MaxValue : limit
        : throw QueryParameters.Malformed("limit", "'limit' is a whole number.");

    private static List<(string Name, string Value)> Split(string form)
    {
        var all = new List<(string Name, string Value)>();
        foreach (var range in form.AsSpan().Split('&'))
        {
            var pair = form.AsSpan()[range];
            if (pair.IsEmpty)
            {
                continue;
            }

            var equals = pair.IndexOf('=');
            all.Add(PercentEncoding.TryDecode(equals < 0 ? pair : pair[..equals], plusIsSpace: true, out var name)
                && PercentEncoding.TryDecode(equals < 0 ? default : pair[(equals + 1)..], plusIsSpace: true, out var value)
                    ? (name, value)
                    : throw QueryParameters.Malformed("body", "The body is a form in percent-encoded UTF-8."));
        }

        return all;
    }
}
