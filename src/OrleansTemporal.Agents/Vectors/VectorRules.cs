using OrleansTemporal.Causality;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Vectors;

/// <summary>What a vector, its metadata and a question must be.</summary>
internal static class VectorRules
{
    /// <summary>Refuses values that no distance can be computed with.</summary>
    /// <exception cref="TemporalException">Invalid, <c>invalid_vector</c>.</exception>
    public static void RequireVector(VectorSettings settings, ReadOnlySpan<float> vector, string field)
    {
        if (vector.Length != settings.Dimensions)
        {
            throw Refuse(field, $"A vector of this collection has {settings.Dimensions} values, not {vector.Length}.");
        }

        foreach (var value in vector)
        {
            if (!(Math.Abs(value) <= VectorRows.ValueMax))
            {
                throw Refuse(field, $"Each value is finite and at most {VectorRows.ValueMax:0e0} in size.");
            }
        }

        if (settings.Metric == VectorMetric.Cosine && VectorRows.SquaredLength(vector) < VectorRows.LengthMin * VectorRows.LengthMin)
        {
            throw Refuse(field, "A vector of zeros has no direction, which the cosine compares.");
        }
    }

    /// <summary>Refuses a vector that comes from another model.</summary>
    public static void RequireModel(VectorSettings settings, string model)
    {
        if (model.Length > 0 && model != settings.Model)
        {
            throw Refuse("model", $"The vectors of this collection come from '{settings.Model}', not from '{model}'.");
        }
    }

    /// <summary>The canonical bytes of metadata.</summary>
    /// <exception cref="TemporalException">Invalid, <c>malformed_json</c>, <c>invalid_field</c>; TooLarge, <c>value_too_large</c>.</exception>
    public static byte[] Canonicalize(ReadOnlySpan<byte> metadata)
    {
        if (metadata.IsEmpty)
        {
            return [];
        }

        var canonical = CanonicalJson.Canonicalize(metadata);
        if (canonical[0] != (byte)'{')
        {
            throw new TemporalException(ErrorKind.Invalid, ErrorCodes.InvalidField, "Metadata is a JSON object.") { Field = "metadata" };
        }

        return canonical.Length <= Limits.VectorMetadataBytesMax
            ? canonical
            : throw new TemporalException(ErrorKind.TooLarge, ErrorCodes.ValueTooLarge, $"Metadata has at most {Limits.VectorMetadataBytesMax} bytes.")
            {
                Field = "metadata",
                Limit = Limits.VectorMetadataBytesMax,
            };
    }

    /// <summary>Refuses what no search can answer.</summary>
    public static void Require(VectorSettings settings, VectorQuery query)
    {
        RequireVector(settings, query.Vector.Span, "vector");
        RequireModel(settings, query.Model);
        RequireRange(query.Count, 1, Limits.VectorAnswersMax, "k");
        RequireRange(query.Width, 0, Limits.VectorWidthMax, "ef");
        if (query.Threshold is { } threshold && !double.IsFinite(threshold))
        {
            throw new TemporalException(ErrorKind.Invalid, ErrorCodes.InvalidField, "'threshold' is a finite number.") { Field = "threshold" };
        }

        if (query.Causal is { } causal)
        {
            EntityKeys.Validate(causal.Near, "causal.near");
            if (!(causal.Weight is >= 0 and <= 1))
            {
                throw new TemporalException(ErrorKind.Invalid, ErrorCodes.InvalidField, "'causal.weight' is 0 to 1.") { Field = "causal.weight" };
            }

            if (!causal.History.IsDefault)
            {
                RequireRange(causal.History.Length, 0, Limits.VectorHistoryMax, "causal.history");
            }
        }

        if (query.Mode is not (VectorMode.Auto or VectorMode.Fast or VectorMode.Thorough or VectorMode.Exact))
        {
            throw new TemporalException(ErrorKind.Invalid, ErrorCodes.InvalidField, "'mode' is auto, fast, thorough or exact.") { Field = "mode" };
        }
    }

    private static void RequireRange(int value, int min, int max, string field)
    {
        if (value < min || value > max)
        {
            throw new TemporalException(ErrorKind.Invalid, ErrorCodes.InvalidField, $"'{field}' is {min} to {max}.") { Field = field, Limit = max };
        }
    }

    private static TemporalException Refuse(string field, string message) =>
        new(ErrorKind.Invalid, ErrorCodes.InvalidVector, message) { Field = field };
}
