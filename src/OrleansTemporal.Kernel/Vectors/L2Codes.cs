namespace OrleansTemporal.Vectors;

/// <summary>The squared Euclidean distance of two rows of codes.</summary>
internal readonly unsafe struct L2Codes : IVectorDistance
{
    public static float Between(float* left, float* right, int length, float bound) =>
        Math.Max(0, VectorCodes.SquaredLengthOf(left, length) + VectorCodes.SquaredLengthOf(right, length) - (2 * VectorCodes.Dot(left, right, length)));

    public static float* At(VectorRows rows, int row) => rows.Codes!.At(row);

    public static int LengthOf(VectorRows rows) => rows.Codes!.PaddedLength;

    public static bool ReadsToTheEnd => true;
}
