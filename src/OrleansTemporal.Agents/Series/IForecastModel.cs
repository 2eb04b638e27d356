using System.Collections.Immutable;

namespace OrleansTemporal.Series;

/// <summary>
/// Forecasts in a host's own way. A host registers models in its options; a question names one. Models are called from many
/// threads at once.
/// </summary>
public interface IForecastModel
{
    /// <summary>What questions name it by; as other names are.</summary>
    string Name { get; }

    /// <summary>Forecasts.</summary>
    /// <param name="question">What is known, and for which times a forecast is wanted.</param>
    /// <param name="cancellationToken">Set when nobody waits any more.</param>
    /// <returns>One point for each time that was asked for, in their order, finite, the value within its bounds; anything else is refused.</returns>
    ValueTask<ImmutableArray<SeriesForecastPoint>> ForecastAsync(ForecastQuestion question, CancellationToken cancellationToken);
}
