using System.Text;
using OrleansTemporal.Errors;
using OrleansTemporal.Queries;

namespace OrleansTemporal.Channels;

/// <summary>What a filter of a subscription may say.</summary>
public static class SubscriptionFilterRules
{
    /// <summary>Refuses a filter that can not hold.</summary>
    /// <param name="filter">The filter.</param>
    /// <param name="field">Which field of the request it came from; faults name the place inside of it.</param>
    /// <exception cref="TemporalException">Invalid, <c>invalid_filter</c>, or <c>invalid_pattern</c> for a glob that is none.</exception>
    public static void Validate(SubscriptionFilter filter, string field)
    {
        ArgumentNullException.ThrowIfNull(filter);
        RequireCount(filter.SourcePatterns.Length, $"{field}.sourcePatterns");
        RequireCount(filter.Metadata.Length, $"{field}.metadata");
        RequireCount(filter.ChangeTypes.Length, $"{field}.changeTypes");
        for (var i = 0; i < filter.SourcePatterns.Length; i++)
        {
            _ = Glob.Parse(filter.SourcePatterns[i], $"{field}.sourcePatterns[{i}]");
        }

        if (filter.KeyPrefix is { } prefix && Encoding.UTF8.GetByteCount(prefix) is 0 or > Limits.KeyBytesMax)
        {
            throw Refuse($"{field}.keyPrefix", $"The beginning of a key has 1 to {Limits.KeyBytesMax} bytes.", Limits.KeyBytesMax);
        }

        if (filter.MinMagnitude is { } magnitude && !(double.IsFinite(magnitude) && magnitude >= 0))
        {
            throw Refuse($"{field}.minMagnitude", "A magnitude is a finite number, not below 0.");
        }

        foreach (var (key, value) in filter.Metadata)
        {
            RequireMetadata(key, value, $"{field}.metadata");
        }

        foreach (var type in filter.ChangeTypes)
        {
            if (!Enum.IsDefined(type))
            {
                throw Refuse($"{field}.changeTypes", $"A type of change is one of {ChangeTypes.Names}.");
            }
        }

        _ = ParseValue(filter.Value, $"{field}.value");
    }

    /// <summary>The compiled condition on values.</summary>
    internal static Filter ParseValue(ReadOnlyMemory<byte> value, string field)
    {
        try
        {
            return Filter.Parse(value.Span, field);
        }
        catch (TemporalException refused) when (refused.Kind == ErrorKind.Invalid)
        {
            throw new TemporalException(ErrorKind.Invalid, ErrorCodes.InvalidFilter, refused.Message, refused) { Field = refused.Field ?? field, Limit = refused.Limit };
        }
    }

    /// <summary>Refuses a pair that no metadata can have.</summary>
    internal static void RequireMetadata(string key, string value, string field)
    {
        if (string.IsNullOrEmpty(key) || Encoding.UTF8.GetByteCount(key) > Limits.MetadataBytesMax || Encoding.UTF8.GetByteCount(value) > Limits.MetadataBytesMax)
        {
            throw Refuse(field, $"A key of metadata has 1 to {Limits.MetadataBytesMax} bytes, its value at most as many.", Limits.MetadataBytesMax);
        }
    }

    private static void RequireCount(int count, string field)
    {
        if (count > Limits.SubscriptionFilterPartsMax)
        {
            throw Refuse(field, $"'{field}' has at most {Limits.SubscriptionFilterPartsMax} parts.", Limits.SubscriptionFilterPartsMax);
        }
    }

    private static TemporalException Refuse(string field, string message, long? limit = null) =>
        new(ErrorKind.Invalid, ErrorCodes.InvalidFilter, message) { Field = field, Limit = limit };
}
