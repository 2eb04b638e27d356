namespace OrleansTemporal.Vectors;

/// <summary>One minus the cosine; each row's inverse length stands behind its padding.</summary>
internal readonly unsafe struct CosineDistance : IVectorDistance
{
    public static float Between(float* left, float* right, int length, float bound) => 1 - (VectorKernels.Dot(left, right, length) * left[length] * right[length]);

    public static float* At(VectorRows rows, int row) => rows.At(row);

    public static int LengthOf(VectorRows rows) => rows.PaddedLength;

    public static bool ReadsToTheEnd => false;
}
