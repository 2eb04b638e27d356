using System.Collections.Immutable;
using OrleansTemporal.Causality;
using OrleansTemporal.Channels;

namespace OrleansTemporal.Routing;

/// <summary>A route whose pattern, pairs and hours are ready to be asked.</summary>
internal sealed class CompiledRoute
{
    private readonly ImmutableArray<TimeOfDayClock> clocks;

    public CompiledRoute(RouteDefinition definition)
    {
        Definition = definition;
        Pattern = Glob.Parse(definition.SourcePattern, "sourcePattern");
        clocks = [.. definition.TimesOfDay.Select(static hours => new TimeOfDayClock(hours))];
        IsConditional = definition.MinMagnitude is > 0 || !definition.MetadataEquals.IsEmpty || !definition.MetadataExists.IsEmpty || !clocks.IsEmpty;
    }

    public RouteDefinition Definition { get; }

    public Glob Pattern { get; }

    /// <summary>Whether a delta of a source that it names may still not meet it.</summary>
    public bool IsConditional { get; }

    public double MinMagnitude => Definition.MinMagnitude ?? 0;

    /// <summary>Whether a delta of a source that it names meets its conditions; an unknown magnitude meets none.</summary>
    public bool Holds(ImmutableArray<KeyValuePair<string, string>> metadata, HybridTimestamp time, double magnitude)
    {
        if (MinMagnitude > 0 && !(magnitude >= MinMagnitude))
        {
            return false;
        }

        foreach (var (key, value) in Definition.MetadataEquals)
        {
            if (MetadataPairs.Find(metadata, key) != value)
            {
                return false;
            }
        }

        foreach (var key in Definition.MetadataExists)
        {
            if (MetadataPairs.Find(metadata, key) is null)
            {
                return false;
            }
        }

        foreach (var clock in clocks)
        {
            if (!clock.Includes(time))
            {
                return false;
            }
        }

        return true;
    }
}
