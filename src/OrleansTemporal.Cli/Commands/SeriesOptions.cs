using System.CommandLine;
using System.CommandLine.Parsing;
using OrleansTemporal.Causality;
using OrleansTemporal.Series;

namespace OrleansTemporal.Commands;

/// <summary>Options that say which points are meant.</summary>
internal sealed class SeriesOptions
{
    private readonly Option<string?> field = new("--field") { Description = "The field; every field without it.", HelpName = "name" };
    private readonly Option<string[]> tag = TagOption("--tag", "Only series whose tag has this value; may be given several times.", "name=value");
    private readonly Option<string[]> tagIn = TagOption("--tag-in", "Only series whose tag has one of these values.", "name=a,b");
    private readonly Option<string[]> tagMatches = TagOption("--tag-matches", "Only series whose tag's whole value matches this pattern.", "name=pattern");

    private readonly Option<EventTime?> from = TimeOption("--from", "Points since this event time, inclusive.");
    private readonly Option<EventTime?> to = TimeOption("--to", "Points before this event time.");

    /// <summary>The moment to answer for.</summary>
    public Option<AsOf> AsOf { get; } = Moments.AsOfOption("--as-of", "The moment to answer for; now when left out.");

    /// <summary>Whether windows may stand for points.</summary>
    public Option<bool> Coarse { get; } = new("--coarse") { Description = "Answer with the last point of each window, and its resolution, where policy keeps windows instead of points." };

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        command.Options.Add(field);
        command.Options.Add(tag);
        command.Options.Add(tagIn);
        command.Options.Add(tagMatches);
        command.Options.Add(from);
        command.Options.Add(to);
        command.Options.Add(AsOf);
    }

    /// <summary>What they say.</summary>
    public SeriesSelector SelectorOf(Session session) => new()
    {
        Field = session.Get(field),
        Tags =
        [
            .. TagsOf(session, tag).Select(static pair => new TagMatcher(pair.Name, TagMatcherKind.Equal, pair.Value)),
            .. TagsOf(session, tagIn).Select(static pair => TagLists.Matcher(pair.Name, pair.Value)),
            .. TagsOf(session, tagMatches).Select(static pair => new TagMatcher(pair.Name, TagMatcherKind.Matches, pair.Value)),
        ],
        From = session.Get(from)?.Nanoseconds ?? long.MinValue,
        To = session.Get(to)?.Nanoseconds ?? long.MaxValue,
    };

    private static IEnumerable<(string Name, string Value)> TagsOf(Session session, Option<string[]> option) =>
        (session.Get(option) ?? []).Select(static text => (text[..text.IndexOf('=', StringComparison.Ordinal)], text[(text.IndexOf('=', StringComparison.Ordinal) + 1)..]));

    private static Option<string[]> TagOption(string name, string description, string helpName) => new(name)
    {
        Description = description,
        HelpName = helpName,
        Validators =
        {
            result =>
            {
                foreach (var token in result.Tokens.Where(static token => token.Value.IndexOf('=', StringComparison.Ordinal) < 1))
                    result.AddError($"'{token.Value}' is no tag such as host=a.");
            },
        },
    };

    // A day alone means its first moment.
    private static Option<EventTime?> TimeOption(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "time",
        CustomParser = result =>
            EventTime.TryParse(result.Tokens[0].Value, out var time) || EventTime.TryParse(result.Tokens[0].Value + "T00:00:00Z", out time)
                ? time
                : Fail(result),
    };

    private static EventTime? Fail(ArgumentResult result)
    {
        result.AddError($"'{result.Tokens[0].Value}' is no time such as 2026-01-02T03:04:05Z or 2026-01-02.");
        return null;
    }
}
