namespace OrleansTemporal.Vectors;

/// <summary>The negative inner product of two rows of codes.</summary>
internal readonly unsafe struct DotCodes : IVectorDistance
{
    public static float Between(float* left, float* right, int length, float bound) =>
        -VectorCodes.Dot(left, right, length);

    public static float* At(VectorRows rows, int row) => rows.Codes!.At(row);

    public static int LengthOf(VectorRows rows) => rows.Codes!.PaddedLength;

    public static bool ReadsToTheEnd => true;
}
