// torch's generators and its count of live tensors are shared by the whole process.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
