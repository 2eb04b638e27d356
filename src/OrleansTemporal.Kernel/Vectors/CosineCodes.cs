namespace OrleansTemporal.Vectors;

/// <summary>One minus the cosine of two rows of codes.</summary>
internal readonly unsafe struct CosineCodes : IVectorDistance
{
    public static float Between(float* left, float* right, int length, float bound) =>
        1 - (VectorCodes.Dot(left, right, length) * VectorCodes.InverseLengthOf(left, length) * VectorCodes.InverseLengthOf(right, length));

    public static float* At(VectorRows rows, int row) => rows.Codes!.At(row);

    public static int LengthOf(VectorRows rows) => rows.Codes!.PaddedLength;

    public static bool ReadsToTheEnd => true;
}
