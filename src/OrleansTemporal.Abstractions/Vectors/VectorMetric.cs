namespace OrleansTemporal.Vectors;

/// <summary>How far two vectors are apart. The numbers are part of stored formats and never change meaning.</summary>
public enum VectorMetric : byte
{
    /// <summary>1 − the cosine of the angle between them, 0 to 2; the score is the cosine.</summary>
    Cosine = 1,

    /// <summary>The Euclidean distance; the score is 1 / (1 + distance).</summary>
    L2 = 2,

    /// <summary>The negative inner product; the score is the inner product.</summary>
    Dot = 3,
}
