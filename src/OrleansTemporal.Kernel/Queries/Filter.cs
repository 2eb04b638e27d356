using OrleansTemporal.Causality;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Queries;

/// <summary>
/// A condition on documents (docs/formats/filter.md), compiled once and put to canonical JSON without parsing it.
/// Immutable and thread-safe; allocates nothing for a document. Two-valued: what compares a field that is not there, or
/// is of another type, does not hold, and <c>ne</c> and <c>not</c> are plain negations.
/// </summary>
public abstract class Filter
{
    private protected Filter()
    {
    }

    /// <summary>The filter that every document passes.</summary>
    public static Filter All { get; } = new ConnectiveFilter(isAnd: true, []);

    /// <summary>Reads a filter.</summary>
    /// <param name="json">JSON; empty for <see cref="All"/>.</param>
    /// <param name="field">Which field of the request it came from; faults name the place inside of it.</param>
    /// <exception cref="TemporalException">
    /// Invalid, <c>malformed_json</c> or <c>invalid_field</c>; TooLarge, <c>query_too_large</c>, for more than
    /// <see cref="Limits.FilterNodesMax"/> conditions.
    /// </exception>
    public static Filter Parse(ReadOnlySpan<byte> json, string field = "filter") =>
        json.IsEmpty ? All : new FilterParser(CanonicalJson.Canonicalize(json)).Parse(field);

    /// <summary>Whether a document passes.</summary>
    /// <param name="document">Canonical JSON.</param>
    public abstract bool Matches(ReadOnlySpan<byte> document);
}
