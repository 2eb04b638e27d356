using OrleansTemporal.Errors;

namespace OrleansTemporal.Series;

/// <summary>Refuses questions that can not be answered.</summary>
internal static class SeriesRules
{
    /// <summary>Refuses a field whose value can not be.</summary>
    /// <param name="holds">Whether it can.</param>
    /// <param name="field">Its name.</param>
    /// <param name="rule">What is accepted: the rest of a sentence that begins with the name.</param>
    /// <param name="limit">The limit that it is about.</param>
    /// <exception cref="TemporalException">Invalid, <c>invalid_field</c>.</exception>
    public static void Require(bool holds, string field, string rule, long? limit = null)
    {
        if (!holds)
        {
            throw new TemporalException(ErrorKind.Invalid, ErrorCodes.InvalidField, $"'{field}' {rule}.") { Field = field, Limit = limit };
        }
    }
}
