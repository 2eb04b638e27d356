using OrleansTemporal.Causality;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Signals;

/// <summary>What can be asked for.</summary>
internal static class SignalQueryRules
{
    /// <exception cref="TemporalException">TooLarge, <c>batch_too_large</c>; Invalid, <c>invalid_field</c>, <c>invalid_key</c>.</exception>
    public static void Validate(SignalQuery query)
    {
        if (query.Entities.Length is < 1 or > Limits.BatchCountMax)
        {
            throw new TemporalException(
                query.Entities.IsEmpty ? ErrorKind.Invalid : ErrorKind.TooLarge,
                query.Entities.IsEmpty ? ErrorCodes.InvalidField : ErrorCodes.BatchTooLarge,
                $"Between 1 and {Limits.BatchCountMax} entities are read at once.")
            {
                Field = "entities",
                Limit = Limits.BatchCountMax,
            };
        }

        for (var i = 0; i < query.Entities.Length; i++)
        {
            if (!EntityKeys.IsValid(query.Entities[i]))
            {
                EntityKeys.Validate(query.Entities[i], query.Entities.Length == 1 ? "entity" : $"entities[{i}]");
            }
        }
    }

    /// <exception cref="TemporalException">Invalid, <c>invalid_field</c>.</exception>
    public static void Validate(SignalTopQuery query) =>
        SignalSchemaRules.Require(query.K is >= 1 and <= Limits.PageCountMax, "k", $"is from 1 to {Limits.PageCountMax}", Limits.PageCountMax);
}
