using System.Collections.Immutable;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Queries;

namespace OrleansTemporal.Channels;

/// <summary>
/// A <see cref="SubscriptionFilter"/>, compiled once. Source and metadata are looked at first and need nothing but the
/// header; only then, and only when it asks for more, does a delta have to be explained. Immutable and thread-safe.
/// </summary>
public sealed class DeltaFilter
{
    private readonly SubscriptionFilter filter;
    private readonly ImmutableArray<Glob> patterns;
    private readonly Filter value;
    private readonly bool asksForChange;

    private DeltaFilter(SubscriptionFilter filter)
    {
        this.filter = filter;
        patterns = [.. filter.SourcePatterns.Select(static pattern => Glob.Parse(pattern, "sourcePatterns"))];
        value = SubscriptionFilterRules.ParseValue(filter.Value, "value");
        asksForChange = filter.KeyPrefix is not null || !filter.ChangeTypes.IsEmpty || !filter.Value.IsEmpty;
    }

    /// <summary>The filter that every delta passes.</summary>
    public static DeltaFilter All { get; } = new(new SubscriptionFilter());

    /// <summary>Whether <see cref="PassesHeader"/> does not decide alone.</summary>
    public bool NeedsExplanation => asksForChange || filter.MinMagnitude is not null;

    /// <summary>Compiles a filter.</summary>
    /// <exception cref="Errors.TemporalException">Invalid; see <see cref="SubscriptionFilterRules.Validate"/>.</exception>
    public static DeltaFilter Compile(SubscriptionFilter filter)
    {
        ArgumentNullException.ThrowIfNull(filter);
        SubscriptionFilterRules.Validate(filter, "filter");
        return new DeltaFilter(filter);
    }

    /// <summary>Whether an agent is one of the sources that are asked for. Callers keep the answer for as long as they keep the filter.</summary>
    public bool PassesSource(AgentId agent)
    {
        if (patterns.IsEmpty)
        {
            return true;
        }

        Span<char> text = stackalloc char[SourceText.LengthMax];
        var source = SourceText.Write(agent, text);
        foreach (var pattern in patterns)
        {
            if (pattern.IsMatch(source))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether a delta's source and metadata pass.</summary>
    public bool PassesHeader(AgentDelta delta)
    {
        ArgumentNullException.ThrowIfNull(delta);
        return PassesMetadata(delta.Metadata) && PassesSource(delta.Agent);
    }

    /// <summary>
    /// Whether what a delta says passes, once its header has. One whose payload was erased passes no condition on what it
    /// said; one with more changes than are told passes when those that are not told might.
    /// </summary>
    public bool PassesChanges(DeltaExplanation explanation)
    {
        ArgumentNullException.ThrowIfNull(explanation);
        if (filter.MinMagnitude is { } least && explanation.Magnitude < least)
        {
            return false;
        }

        if (!asksForChange || explanation.IsCut)
        {
            return true;
        }

        foreach (var change in explanation.Changes)
        {
            if (Passes(change))
            {
                return true;
            }
        }

        return false;
    }

    private bool Passes(DeltaChange change) =>
        change.Type is { } type
        && (filter.ChangeTypes.IsEmpty || filter.ChangeTypes.Contains(type))
        && (filter.KeyPrefix is not { } prefix || change.Key.StartsWith(prefix, StringComparison.Ordinal))
        && (filter.Value.IsEmpty || (!change.Value.IsEmpty && value.Matches(change.Value.Span)));

    private bool PassesMetadata(ImmutableArray<KeyValuePair<string, string>> metadata)
    {
        foreach (var (key, wanted) in filter.Metadata)
        {
            if (MetadataPairs.Find(metadata, key) is not { } found || found != wanted)
            {
                return false;
            }
        }

        return true;
    }
}
