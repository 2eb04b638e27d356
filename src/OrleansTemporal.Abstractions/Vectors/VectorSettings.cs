using OrleansTemporal.Errors;

namespace OrleansTemporal.Vectors;

/// <summary>What a collection is; none of it changes while the collection is there.</summary>
public sealed record VectorSettings
{
    /// <summary>Neighbours of a vector in the index when nothing is said: the usual <c>m</c>.</summary>
    public const int NeighboursDefault = 16;

    /// <summary>Candidates for the neighbours of a new vector when nothing is said: the usual <c>efConstruction</c>.</summary>
    public const int ConstructionWidthDefault = 200;

    /// <summary>Floats of a vector, 1 to <see cref="Limits.VectorDimensionsMax"/>.</summary>
    public required int Dimensions { get; init; }

    /// <summary>How far two vectors are apart.</summary>
    public VectorMetric Metric { get; init; } = VectorMetric.Cosine;

    /// <summary>The model that the vectors come from; empty for none in particular.</summary>
    public string Model { get; init; } = "";

    /// <summary>Neighbours of a vector in the index (<c>m</c>), 2 to 128.</summary>
    public int Neighbours { get; init; } = NeighboursDefault;

    /// <summary>Candidates that the neighbours of a new vector are chosen from (<c>efConstruction</c>), 1 to 2,000.</summary>
    public int ConstructionWidth { get; init; } = ConstructionWidthDefault;

    /// <summary>In which form the index compares vectors.</summary>
    public VectorQuantization Quantization { get; init; }

    /// <summary>Agents that the vectors are spread over by the slots of their ids, 1 to <see cref="Limits.PartitionsMax"/>.</summary>
    public int Partitions { get; init; } = 1;

    /// <summary>Refuses what no collection can be.</summary>
    /// <exception cref="TemporalException">Invalid, <c>invalid_field</c>.</exception>
    public void Validate()
    {
        Require(Dimensions is >= 1 and <= Limits.VectorDimensionsMax, "dimensions", $"A vector has 1 to {Limits.VectorDimensionsMax} dimensions.");
        Require(Metric is VectorMetric.Cosine or VectorMetric.L2 or VectorMetric.Dot, "metric", "A metric is cosine, l2 or dot.");
        Require(Model.Length <= Limits.VectorModelLengthMax, "model", $"A model's name has at most {Limits.VectorModelLengthMax} characters.");
        Require(Neighbours is >= 2 and <= 128, "index.m", "'index.m' is 2 to 128.");
        Require(ConstructionWidth is >= 1 and <= 2_000, "index.efConstruction", "'index.efConstruction' is 1 to 2000.");
        Require(Quantization is VectorQuantization.None or VectorQuantization.Int8, "index.quantization", "'index.quantization' is none or int8.");
        Require(Partitions is >= 1 and <= Limits.PartitionsMax, "partitions", $"'partitions' is 1 to {Limits.PartitionsMax}.");
    }

    private static void Require(bool holds, string field, string message)
    {
        if (!holds)
        {
            throw new TemporalException(ErrorKind.Invalid, ErrorCodes.InvalidField, message) { Field = field };
        }
    }
}
