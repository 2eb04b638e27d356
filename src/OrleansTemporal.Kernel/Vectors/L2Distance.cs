namespace OrleansTemporal.Vectors;

/// <summary>The squared Euclidean distance.</summary>
internal readonly unsafe struct L2Distance : IVectorDistance
{
    public static float Between(float* left, float* right, int length, float bound) => VectorKernels.SquaredL2(left, right, length, bound);

    public static float* At(VectorRows rows, int row) => rows.At(row);

    public static int LengthOf(VectorRows rows) => rows.PaddedLength;

    public static bool ReadsToTheEnd => false;
}
