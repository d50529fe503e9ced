export {
  type CountRequest,
  type CountResponse,
  type Request,
  type Response,
  Say,
} from './gen/go/micro/srv/greeter/greeter_pb.ts';
