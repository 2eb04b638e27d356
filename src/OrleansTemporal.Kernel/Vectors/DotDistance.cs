namespace OrleansTemporal.Vectors;

/// <summary>The negative inner product.</summary>
internal readonly unsafe struct DotDistance : IVectorDistance
{
    public static float Between(float* left, float* right, int length, float bound) => -VectorKernels.Dot(left, right, length);

    public static float* At(VectorRows rows, int row) => rows.At(row);

    public static int LengthOf(VectorRows rows) => rows.PaddedLength;

    public static bool ReadsToTheEnd => false;
}
