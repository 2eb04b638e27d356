using System.Collections.Immutable;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Series;

/// <summary>Series as of a moment, in the order of their texts. Immutable; read outside of the gate.</summary>
/// <param name="Series">The series, as memory has them.</param>
/// <param name="ThroughSequence">The newest delta that is seen.</param>
/// <param name="SystemTime">The moment.</param>
/// <param name="Segments">Where more chunks of them are, oldest first.</param>
internal sealed record SeriesMoment(ImmutableArray<SeriesView> Series, long ThroughSequence, HybridTimestamp SystemTime, ImmutableArray<SeriesSegment> Segments)
{
    /// <summary>What policy has left.</summary>
    public SeriesKept Kept { get; init; } = SeriesKept.Everything;

    /// <summary>A moment of which everything is in memory.</summary>
    public SeriesMoment(ImmutableArray<SeriesView> series, long throughSequence, HybridTimestamp systemTime)
        : this(series, throughSequence, systemTime, [])
    {
    }

    /// <summary>A reader of one of the series, of which everything is in memory (<see cref="LoadAsync"/>).</summary>
    public SeriesReader Read(SeriesView view, SeriesSelector selector) => Segments.IsEmpty
        ? new SeriesReader(view, ThroughSequence, selector.From, selector.To, Kept)
        : throw new InvalidOperationException("Chunks of the series are in segments; load or open them.");

    /// <summary>A reader of one of the series; its chunks are loaded as it gets to them (<see cref="SeriesReader.LoadAsync"/>).</summary>
    public async ValueTask<SeriesReader> OpenAsync(SeriesView view, SeriesSelector selector, SeriesWindows windows, CancellationToken cancellationToken) =>
        new(await FindAsync(view, selector, cancellationToken).ConfigureAwait(false), ThroughSequence, selector.From, selector.To, view.Kept ?? Kept, windows);

    /// <summary>The series with all of their chunks in memory, for those who go through several of them at a time.</summary>
    /// <exception cref="TemporalException">TooLarge, <c>query_too_large</c>: more than <see cref="Limits.SeriesPointsInMemoryMax"/> versions of points.</exception>
    public async ValueTask<SeriesMoment> LoadAsync(SeriesSelector selector, CancellationToken cancellationToken)
    {
        var loaded = ImmutableArray.CreateBuilder<SeriesView>(Series.Length);
        var count = 0L;
        foreach (var view in Series)
        {
            var whole = await FindAsync(view, selector, cancellationToken).ConfigureAwait(false);
            count += whole.Count;
            if (count > Limits.SeriesPointsInMemoryMax)
            {
                throw new TemporalException(ErrorKind.TooLarge, ErrorCodes.QueryTooLarge, $"The question takes more than {Limits.SeriesPointsInMemoryMax} points at a time; a shorter range is accepted.")
                {
                    Limit = Limits.SeriesPointsInMemoryMax,
                };
            }

            var parts = new SeriesPart[whole.Parts.Length];
            for (var i = 0; i < parts.Length; i++)
            {
                var part = whole.Parts[i];
                parts[i] = part.TryGetBytes(out _) ? part : new SeriesPart(part.Entry, await part.LoadAsync(cancellationToken).ConfigureAwait(false));
            }

            loaded.Add(whole with { Parts = parts });
        }

        return this with { Series = loaded.MoveToImmutable(), Segments = [] };
    }

    private async ValueTask<SeriesView> FindAsync(SeriesView view, SeriesSelector selector, CancellationToken cancellationToken)
    {
        if (Segments.IsEmpty)
        {
            return view;
        }

        var parts = new List<SeriesPart>();
        foreach (var segment in Segments)
        {
            if (segment.Head?.CoveredFrom <= ThroughSequence)
            {
                await segment.AddPartsAsync(view.Ordinal, selector.From, selector.To, parts, cancellationToken).ConfigureAwait(false);
            }
        }

        return parts.Count == 0 ? view : view with { Parts = [.. parts, .. view.Parts] };
    }
}
