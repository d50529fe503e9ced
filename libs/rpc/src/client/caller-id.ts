/** Who says so where no service did: the name go-micro's clients give themselves. */
export const callerId = 'go.micro.client';
